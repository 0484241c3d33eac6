package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.balance.ScaleHint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus sees of the nodes. Of nodes that left, nothing is kept: discovered ones go on and
 * on.
 */
final class NodeMeters {
  private static final long FRESH_NANOS = 100_000_000;

  private final MeterRegistry registry;
  private final ConcurrentHashMap<String, Counter> picks = new ConcurrentHashMap<>();
  private final Counter retries;
  private final Counter hedges;
  private final NodePool pool;
  private final MultiGauge inFlight;
  private final MultiGauge up;
  private List<String> followed = List.of();
  private volatile @Nullable Seen seen;

  NodeMeters(MeterRegistry registry, NodePool pool) {
    this.registry = registry;
    this.retries =
        Counter.builder("tokenlane.node.retries")
            .description("Requests sent to another node after one failed")
            .register(registry);
    this.hedges =
        Counter.builder("tokenlane.node.hedges")
            .description("Streams asked of a second node while the first had not begun")
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
    // There for an empty fleet too, of which no node could be asked.
    Gauge.builder("tokenlane.nodes.serving", pool, NodeMeters::serving)
        .description("Nodes that take calls")
        .register(registry);
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
    List<String> ids = pool.nodes().stream().map(Node::id).toList();
    if (ids.equals(followed)) {
      return;
    }
    followed = ids;
    picks.keySet().stream().filter(id -> !ids.contains(id)).forEach(this::forget);
    inFlight.register(rows(NodeSnapshot::inFlight), true);
    up.register(rows(node -> node.state().serves() ? 1 : 0), true);
  }

  private void forget(String nodeId) {
    Counter gone = picks.remove(nodeId);
    if (gone != null) {
      registry.remove(gone);
    }
  }

  private List<MultiGauge.Row<?>> rows(ToDoubleFunction<NodeSnapshot> value) {
    return followed.stream()
        .<MultiGauge.Row<?>>map(
            id -> MultiGauge.Row.of(Tags.of("node", id), () -> value(id, value)))
        .toList();
  }

  private double value(String nodeId, ToDoubleFunction<NodeSnapshot> value) {
    NodeSnapshot node = seen().get(nodeId);
    return node == null ? 0 : value.applyAsDouble(node);
  }

  private static double serving(NodePool pool) {
    return pool.snapshot().stream().filter(node -> node.state().serves()).count();
  }

  /** One look at the fleet serves all gauges of a scrape. */
  private Map<String, NodeSnapshot> seen() {
    Seen last = seen;
    long now = System.nanoTime();
    if (last == null || now - last.atNanos() > FRESH_NANOS) {
      Map<String, NodeSnapshot> byId = new HashMap<>();
      pool.snapshot().forEach(node -> byId.put(node.node().id(), node));
      last = new Seen(byId, now);
      seen = last;
    }
    return last.byId();
  }

  private record Seen(Map<String, NodeSnapshot> byId, long atNanos) {}

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

  void hedged() {
    hedges.increment();
  }

  void retried() {
    retries.increment();
  }
}
