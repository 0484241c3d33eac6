package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The {@code nodes} part of {@code /actuator/health}: up while at least one node serves. Instances
 * behind {@code lb://} routes are shown; whether they are well is their own health.
 */
final class NodesHealth implements HealthIndicator {
  private final NodePool pool;
  private final NodeSources sources;
  private final ServicePools services;

  NodesHealth(NodePool pool, NodeSources sources, ServicePools services) {
    this.pool = pool;
    this.sources = sources;
    this.services = services;
  }

  @Override
  public Health health() {
    List<NodeSnapshot> nodes = pool.snapshot();
    boolean up = !sources.any() || nodes.stream().anyMatch(node -> node.state().serves());
    Health.Builder health = up ? Health.up() : Health.down();
    nodes.forEach(node -> health.withDetail(node.node().id(), NodesEndpoint.details(node)));
    Map<String, Object> instances = NodesEndpoint.instances(services);
    return instances.isEmpty() ? health.build() : health.withDetail("services", instances).build();
  }
}
