package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.balance.ScaleHint;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** What Prometheus sees of the nodes; node ids come from the configuration, so they are few. */
final class NodeMeters {
  private final MeterRegistry registry;
  private final ConcurrentHashMap<String, Counter> picks = new ConcurrentHashMap<>();
  private final Counter retries;
  private final NodePool pool;
  private final MultiGauge inFlight;
  private final MultiGauge up;

  NodeMeters(MeterRegistry registry, NodePool pool) {
    this.registry = registry;
    this.retries =
        Counter.builder("tokenlane.node.retries")
            .description("Requests sent to another node after one failed")
            .register(registry);
    this.pool = pool;
    this.inFlight =
        MultiGauge.builder("tokenlane.node.inflight")
            .description("Requests on the node now")
            .register(registry);
    this.up =
        MultiGauge.builder("tokenlane.node.up")
            .description("1 where the node takes calls")
            .register(registry);
    follow();
    forecast("now", ScaleHint::callsPerSecond);
    forecast("in-" + ScaleHint.SOON_SECONDS + "s", ScaleHint::callsPerSecondSoon);
    Gauge.builder("tokenlane.balance.scale.slots", pool, p -> p.scaleHint().busySlots())
        .description("Slots that the calls of the forecast take")
        .register(registry);
    Gauge.builder("tokenlane.balance.scale.nodes", pool, p -> p.scaleHint().nodes())
        .description("Nodes that serve the forecast; 0 where they do not tell their slots")
        .register(registry);
  }

  private void forecast(String when, ToDoubleFunction<ScaleHint> rate) {
    Gauge.builder("tokenlane.balance.forecast.calls", pool, p -> rate.applyAsDouble(p.scaleHint()))
        .tag("at", when)
        .description("Model calls a second, smoothed, and as forecast")
        .register(registry);
  }

  /** Brings the gauges of single nodes up to the fleet as it is; to be called now and then. */
  void follow() {
    inFlight.register(rows(NodeSnapshot::inFlight), true);
    up.register(rows(node -> node.state().serves() ? 1 : 0), true);
  }

  private List<MultiGauge.Row<?>> rows(ToDoubleFunction<NodeSnapshot> value) {
    return pool.nodes().stream()
        .<MultiGauge.Row<?>>map(
            node -> MultiGauge.Row.of(Tags.of("node", node.id()), () -> value(node.id(), value)))
        .toList();
  }

  private double value(String nodeId, ToDoubleFunction<NodeSnapshot> value) {
    return pool.snapshot().stream()
        .filter(node -> node.node().id().equals(nodeId))
        .mapToDouble(value)
        .sum();
  }

  void picked(String nodeId) {
    picks
        .computeIfAbsent(
            nodeId,
            id ->
                Counter.builder("tokenlane.node.picks")
                    .tag("node", id)
                    .description("Leases given on the node")
                    .register(registry))
        .increment();
  }

  void retried() {
    retries.increment();
  }
}
