package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.gateway.catalog.ModelCatalog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks nodes that serve which models they have, as soon as they serve and then at an interval. A
 * node that gives no list in OpenAI's shape is left as the catalog has it.
 */
final class ModelQuestion {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final String PATH = "/v1/models";

  private final HttpClient client;
  private final NodePool pool;
  private final NodeSources sources;
  private final ModelCatalog catalog;
  private final long intervalNanos;
  private final LongSupplier clock;
  private final Map<String, Long> askedAt = new ConcurrentHashMap<>();

  ModelQuestion(
      HttpClient client,
      NodePool pool,
      NodeSources sources,
      ModelCatalog catalog,
      Duration interval,
      LongSupplier clock) {
    this.client = client;
    this.pool = pool;
    this.sources = sources;
    this.catalog = catalog;
    this.intervalNanos = interval.toNanos();
    this.clock = clock;
  }

  /** Asks those whose turn it is. */
  void look() {
    List<NodeSnapshot> fleet = pool.snapshot();
    List<String> ids = fleet.stream().map(each -> each.node().id()).toList();
    askedAt.keySet().retainAll(ids);
    catalog.keep(ids);
    for (NodeSnapshot each : fleet) {
      if (!each.state().serves()) {
        askedAt.remove(each.node().id());
      } else if (due(each.node().id())) {
        askedAt.put(each.node().id(), clock.getAsLong());
        var _ = ask(each.node()).subscribe();
      }
    }
  }

  private boolean due(String id) {
    Long asked = askedAt.get(id);
    return asked == null || clock.getAsLong() - asked >= intervalNanos;
  }

  private Mono<List<JsonNode>> ask(Node node) {
    return client
        .headers(
            fields -> {
              fields.set("Accept", "application/json");
              sources
                  .apiKey(node.id())
                  .ifPresent(key -> fields.set("Authorization", "Bearer " + key));
            })
        .get()
        .uri(HttpProbe.under(node, PATH))
        .responseSingle(
            (response, body) ->
                response.status().code() == 200 ? body.asString() : Mono.<String>empty())
        .timeout(TIMEOUT)
        .map(ModelQuestion::entries)
        .doOnNext(entries -> catalog.listed(node.id(), entries))
        .onErrorComplete();
  }

  /** Throws where the body is no list of models. */
  private static List<JsonNode> entries(String body) {
    JsonNode data = JsonMapper.shared().readTree(body).path("data");
    if (!data.isArray()) {
      throw new IllegalArgumentException("data: not there (expected: an array of models)");
    }
    List<JsonNode> entries = new ArrayList<>();
    for (JsonNode entry : data.values()) {
      if (entry.path("id").isString()) {
        entries.add(entry);
      }
    }
    return entries.stream().distinct().collect(Collectors.toList());
  }
}
