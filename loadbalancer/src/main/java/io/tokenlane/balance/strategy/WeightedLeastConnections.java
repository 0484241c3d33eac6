package io.tokenlane.balance.strategy;

/** Takes the node with the fewest calls in flight per unit of weight, ties at random. */
final class WeightedLeastConnections implements BalancingStrategy {
  @Override
  public String name() {
    return "weighted-least-connections";
  }

  @Override
  public int choose(Candidates candidates) {
    return Lowest.of(candidates, this::cost);
  }

  @Override
  public double cost(Candidates candidates, int index) {
    return (1 + candidates.inFlight(index)) / candidates.weight(index);
  }
}
