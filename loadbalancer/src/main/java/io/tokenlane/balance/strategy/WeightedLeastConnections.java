package io.tokenlane.balance.strategy;

/**
 * Takes the node with the fewest calls in flight per unit of weight. Among several the choice is
 * random, by weight: as in nginx's {@code least_conn}, an idle fleet is used in proportion to its
 * weights, not its heaviest node alone.
 */
final class WeightedLeastConnections implements BalancingStrategy {
  @Override
  public String name() {
    return "weighted-least-connections";
  }

  @Override
  public int choose(Candidates candidates) {
    return Lowest.byWeight(candidates, WeightedLeastConnections::costOf);
  }

  @Override
  public double cost(Candidates candidates, int index) {
    return costOf(candidates, index);
  }

  private static double costOf(Candidates candidates, int index) {
    return candidates.inFlight(index) / candidates.weight(index);
  }
}
