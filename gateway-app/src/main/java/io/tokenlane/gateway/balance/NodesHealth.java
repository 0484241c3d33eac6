package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The {@code nodes} part of {@code /actuator/health}: up while at least one node serves. */
final class NodesHealth implements HealthIndicator {
  private final NodePool pool;
  private final NodeSources sources;

  NodesHealth(NodePool pool, NodeSources sources) {
    this.pool = pool;
    this.sources = sources;
  }

  @Override
  public Health health() {
    List<NodeSnapshot> nodes = pool.snapshot();
    boolean up = !sources.any() || nodes.stream().anyMatch(node -> node.state().serves());
    Health.Builder health = up ? Health.up() : Health.down();
    nodes.forEach(node -> health.withDetail(node.node().id(), NodesEndpoint.details(node)));
    return health.build();
  }
}
