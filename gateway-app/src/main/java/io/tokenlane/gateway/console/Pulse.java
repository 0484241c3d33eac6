package io.tokenlane.gateway.console;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.gateway.balance.NodesEndpoint;
import io.tokenlane.gateway.cache.StoredAnswers;
import io.tokenlane.gateway.prefetch.PrefetchEndpoint;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Everything the page shows live, at one moment, as JSON. Counters are totals since the start. */
final class Pulse {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Meters that some gateways have and others not: shown by their names where they are there. */
  private static final List<String> OPTIONAL =
      List.of(
          "tokenlane.energy",
          "tokenlane.carbon",
          "tokenlane.prefetch.",
          "tokenlane.edge",
          "tokenlane.compression.money");

  private final Parts parts;

  /** What is looked at. */
  record Parts(
      Traffic traffic,
      Heat heat,
      NodeSigns signs,
      NodePool pool,
      LateBinding line,
      StoredAnswers cache,
      PrefetchEndpoint prefetch,
      CircuitBreakerRegistry breakers,
      MeterRegistry meters) {}

  Pulse(Parts parts) {
    this.parts = parts;
  }

  /**
   * What the charts need: {@code at}, totals, latencies and the cache's results. To be taken at an
   * even pace, whoever looks: each time the window of the latencies moves on.
   */
  ObjectNode brief(long epochMillis) {
    ObjectNode pulse = JSON.createObjectNode();
    pulse.put("at", epochMillis);
    parts.traffic().tell(pulse);
    results(pulse.putObject("cache"));
    return pulse;
  }

  /** What the brief has, and all the rest as it is now; the brief stays as it is. */
  ObjectNode whole(ObjectNode brief) {
    ObjectNode pulse = brief.deepCopy();
    pulse.put("waiting", parts.line().waiting());
    nodes(pulse.putArray("nodes"));
    cache(pulse.withObject("/cache"));
    pulse.set("prefetch", JSON.<JsonNode>valueToTree(parts.prefetch().show()));
    compression(pulse.putArray("compression"));
    optional(pulse.putArray("meters"));
    return pulse;
  }

  private void nodes(ArrayNode nodes) {
    for (NodeSnapshot known : parts.pool().snapshot()) {
      String id = known.node().id();
      ObjectNode node = JSON.<ObjectNode>valueToTree(NodesEndpoint.details(known));
      node.put("id", id);
      parts.breakers().find(id).ifPresent(b -> node.put("breaker", b.getState().name()));
      parts.signs().of(id).ifPresent(told -> node.set("told", told));
      nodes.add(node);
    }
  }

  private void results(ObjectNode cache) {
    ObjectNode results = cache.putObject("results");
    for (Meter meter : named("tokenlane.cache.requests")) {
      results.put(String.valueOf(meter.getId().getTag("result")), value(meter));
    }
  }

  private void cache(ObjectNode cache) {
    cache.put("bytes", parts.cache().weightBytes());
    cache.put("max_bytes", parts.cache().maxBytes());
    cache.put("answers", parts.cache().size());
    parts.heat().tell(cache.putArray("hottest"));
  }

  private void compression(ArrayNode rows) {
    for (Meter meter : named("tokenlane.compression.tokens.saved")) {
      rows.addObject()
          .put("route", meter.getId().getTag("route"))
          .put("rule", meter.getId().getTag("rule"))
          .put("tokens", value(meter));
    }
  }

  private void optional(ArrayNode rows) {
    for (Meter meter : parts.meters().getMeters()) {
      String name = meter.getId().getName();
      if (OPTIONAL.stream().anyMatch(name::startsWith)) {
        ObjectNode row = rows.addObject();
        row.put("name", name);
        row.put("unit", meter.getId().getBaseUnit());
        row.put("what", meter.getId().getDescription());
        ObjectNode tags = row.putObject("tags");
        meter.getId().getTags().forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
        row.put("value", value(meter));
      }
    }
  }

  private List<Meter> named(String name) {
    return List.copyOf(parts.meters().find(name).meters());
  }

  /** The total where a meter has one beside its count, else its only value. */
  private static double value(Meter meter) {
    List<Measurement> measured =
        StreamSupport.stream(meter.measure().spliterator(), false).toList();
    return measured.stream()
        .filter(
            m ->
                measured.size() == 1
                    || m.getStatistic() == Statistic.TOTAL
                    || m.getStatistic() == Statistic.TOTAL_TIME)
        .mapToDouble(Measurement::getValue)
        .filter(Double::isFinite)
        .findFirst()
        .orElse(0);
  }
}
