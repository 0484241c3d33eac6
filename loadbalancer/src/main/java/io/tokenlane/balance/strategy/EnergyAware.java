package io.tokenlane.balance.strategy;

/**
 * The cost of {@code ewma} times the energy that a token takes on the node, as the node reports it:
 * of two nodes that would answer as soon, the thriftier one; a busy thrifty node yields to an idle
 * one that takes up to three times the energy.
 */
final class EnergyAware implements BalancingStrategy {
  @Override
  public String name() {
    return "energy-aware";
  }

  @Override
  public int choose(Candidates candidates) {
    return Lowest.of(candidates, this::cost, Candidates::hint);
  }

  @Override
  public double cost(Candidates candidates, int index) {
    return Ewma.costOf(candidates, index) * candidates.energy(index);
  }
}
