package io.tokenlane.balance.strategy;

/** Takes the node with the fewest calls in flight per unit of weight, ties at random. */
final class WeightedLeastConnections implements BalancingStrategy {
  @Override
  public String name() {
    return "weighted-least-connections";
  }

  @Override
  public int choose(Candidates candidates) {
    return Lowest.of(candidates, (all, i) -> (1 + all.inFlight(i)) / all.weight(i));
  }
}
