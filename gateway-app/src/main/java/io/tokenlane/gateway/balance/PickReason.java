package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NodeScore;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.call.Trail;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Why a node was chosen: the fleet as the strategy saw it just before. With other calls coming and
 * going at the same time, the pick itself may have seen one call more or less.
 *
 * @param askedNanos when a node was asked for
 */
record PickReason(
    BalancingStrategy strategy, Demand demand, List<NodeScore> scores, long askedNanos) {
  private static final int MOST_NODES = 16;

  static PickReason before(
      LateBinding line, BalancingStrategy strategy, Demand demand, Trail trail) {
    List<NodeScore> scores =
        trail.isWatched(Attention.DECISIONS)
            ? line.scores(strategy, demand, MOST_NODES)
            : List.of();
    return new PickReason(strategy, demand, scores, System.nanoTime());
  }

  Decision of(Lease lease) {
    long now = System.nanoTime();
    String node = lease.node().id();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("strategy", strategy.name());
    facts.put("waited_ms", Math.round((now - askedNanos) / 1e4) / 100.0);
    name(facts, "tried", demand.tried());
    name(facts, "unfit", demand.unfit());
    facts.put("scores", scores.stream().map(PickReason::shown).toList());
    return new Decision("balance", node, why(node), facts, now);
  }

  private static void name(Map<String, Object> facts, String what, Set<String> nodes) {
    if (!nodes.isEmpty()) {
      facts.put(what, List.copyOf(nodes));
    }
  }

  private String why(String node) {
    List<NodeScore> eligible = scores.stream().filter(NodeScore::eligible).toList();
    if (eligible.size() == 1) {
      return "the only node that could take the call";
    }
    double lowest = eligible.stream().mapToDouble(NodeScore::cost).min().orElse(Double.NaN);
    double mine =
        eligible.stream()
            .filter(score -> score.node().equals(node))
            .mapToDouble(NodeScore::cost)
            .findFirst()
            .orElse(Double.NaN);
    if (Double.isNaN(mine) || Double.isNaN(lowest)) {
      return "chosen by " + strategy.name();
    }
    long equals = eligible.stream().filter(score -> score.cost() == mine).count();
    if (mine > lowest) {
      return "a trial, a draw of two, or the first slot that came free";
    }
    return equals > 1
        ? "one of " + equals + " nodes of the lowest cost"
        : "the lowest cost of " + eligible.size() + " nodes";
  }

  private static Map<String, Object> shown(NodeScore score) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("node", score.node());
    shown.put("eligible", score.eligible());
    if (!Double.isNaN(score.cost())) {
      shown.put("cost", rounded(score.cost()));
    }
    shown.put("in_flight", score.inFlight());
    shown.put("slowness", rounded(score.slowness()));
    shown.put("success_rate", rounded(score.successRate()));
    shown.put("weight", rounded(score.weight()));
    return shown;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
