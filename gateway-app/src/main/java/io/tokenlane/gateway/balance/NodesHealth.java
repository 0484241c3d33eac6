package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The {@code nodes} part of {@code /actuator/health}: up while at least one node serves. */
final class NodesHealth implements HealthIndicator {
  private final NodePool pool;

  NodesHealth(NodePool pool) {
    this.pool = pool;
  }

  @Override
  public Health health() {
    List<NodeSnapshot> nodes = pool.snapshot();
    boolean up = nodes.isEmpty() || nodes.stream().anyMatch(node -> node.state().serves());
    Health.Builder health = up ? Health.up() : Health.down();
    nodes.forEach(node -> health.withDetail(node.node().id(), details(node)));
    return health.build();
  }

  private static Map<String, Object> details(NodeSnapshot node) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("state", node.state().name());
    details.put("uri", node.node().uri().toString());
    details.put("inFlight", node.inFlight());
    details.put("successRate", Math.round(node.successRate() * 1000) / 1000.0);
    details.put("inStateSeconds", node.inState().toSeconds());
    node.latency().ifPresent(l -> details.put("latencyMs", l.toMillis()));
    node.lastFailure().ifPresent(f -> details.put("lastFailure", f));
    return details;
  }
}
