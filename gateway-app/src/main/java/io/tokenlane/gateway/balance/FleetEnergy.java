package io.tokenlane.gateway.balance;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeReport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What a token takes on each node, relative to the mean of those that say so: balancing compares
 * nodes, and one that says nothing counts as an ordinary one.
 */
public final class FleetEnergy {
  private final NodePool pool;
  private final Map<String, Double> joules = new ConcurrentHashMap<>();

  FleetEnergy(NodePool pool) {
    this.pool = pool;
  }

  /** Tells the pool what a node said of itself. */
  void told(String nodeId, LoadHeader.Told told) {
    NodeReport report = told.report();
    if (told.joulesPerToken() > 0) {
      joules.put(nodeId, told.joulesPerToken());
      forgetTheGone();
      report =
          new NodeReport(
              report.slots(),
              report.queuedTokens(),
              report.full(),
              told.joulesPerToken() / ordinary());
    }
    pool.report(nodeId, report);
  }

  /** Joules that a token takes on the node, as it told last; 0 where it does not say. */
  public double joulesPerToken(String nodeId) {
    return joules.getOrDefault(nodeId, 0.0);
  }

  private double ordinary() {
    return joules.values().stream().mapToDouble(Double::doubleValue).average().orElse(1);
  }

  private void forgetTheGone() {
    if (joules.size() > pool.nodes().size()) {
      joules
          .keySet()
          .retainAll(pool.nodes().stream().map(node -> node.id()).collect(Collectors.toSet()));
    }
  }
}
