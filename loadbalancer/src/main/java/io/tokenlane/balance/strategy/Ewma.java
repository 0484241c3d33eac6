package io.tokenlane.balance.strategy;

/**
 * Takes the node with the lowest expected completion cost:
 *
 * <pre>cost = slowness · (1 + load) / (weight · ramp · successRate²)</pre>
 *
 * <p>where the load is twice the calls in flight, or the share of slots taken ({@link
 * Candidates#load}). The smoothed latency is one factor among others, and only as far as a node is
 * surely slower ({@link Candidates#slowness}); the lowest latency alone would send a whole
 * gateway's traffic to one node at a time. Among equals this is least-connections; otherwise it
 * weighs by speed. Equal costs, which are the rule where many gateways share many nodes, are
 * decided by {@link Candidates#hint}, then at random.
 */
final class Ewma implements BalancingStrategy {
  @Override
  public String name() {
    return "ewma";
  }

  @Override
  public int choose(Candidates candidates) {
    return Lowest.of(candidates, Ewma::costOf, Candidates::hint);
  }

  @Override
  public boolean waitsForSlotsSeen() {
    return true;
  }

  @Override
  public double cost(Candidates candidates, int index) {
    return costOf(candidates, index);
  }

  static double costOf(Candidates candidates, int index) {
    double good = candidates.successRate(index);
    return candidates.slowness(index)
        * (1 + candidates.load(index))
        / (candidates.weightBeyondSpeed(index) * good * good);
  }
}
