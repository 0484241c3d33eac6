package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import java.util.concurrent.ConcurrentHashMap;

/** What Prometheus sees of the nodes; node ids come from the configuration, so they are few. */
final class NodeMeters {
  private final MeterRegistry registry;
  private final ConcurrentHashMap<String, Counter> picks = new ConcurrentHashMap<>();
  private final Counter retries;

  NodeMeters(MeterRegistry registry, NodePool pool) {
    this.registry = registry;
    this.retries =
        Counter.builder("tokenlane.node.retries")
            .description("Requests sent to another node after one failed")
            .register(registry);
    pool.nodes().forEach(node -> register(node, pool));
  }

  private void register(Node node, NodePool pool) {
    Gauge.builder("tokenlane.node.inflight", () -> inFlight(pool, node.id()))
        .tag("node", node.id())
        .description("Requests on the node now")
        .register(registry);
    Gauge.builder("tokenlane.node.up", () -> serves(pool, node.id()) ? 1 : 0)
        .tag("node", node.id())
        .description("1 where the node takes calls")
        .register(registry);
  }

  private static int inFlight(NodePool pool, String id) {
    return pool.snapshot().stream()
        .filter(s -> s.node().id().equals(id))
        .mapToInt(s -> s.inFlight())
        .sum();
  }

  private static boolean serves(NodePool pool, String id) {
    return pool.snapshot().stream().anyMatch(s -> s.node().id().equals(id) && s.state().serves());
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
