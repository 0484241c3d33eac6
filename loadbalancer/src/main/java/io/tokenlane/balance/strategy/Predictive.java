package io.tokenlane.balance.strategy;

/**
 * The cost of {@code ewma}, with a slow start that follows the forecast: where more calls are
 * expected within seconds than come now, nodes on their way back are given their share sooner, by
 * that factor; where fewer are, later.
 */
final class Predictive implements BalancingStrategy {
  private static final double SLOWEST = 0.5;

  @Override
  public String name() {
    return "predictive";
  }

  @Override
  public int choose(Candidates candidates) {
    return Lowest.of(candidates, Predictive::costOf, Candidates::hint);
  }

  @Override
  public boolean waitsForSlotsSeen() {
    return true;
  }

  @Override
  public double cost(Candidates candidates, int index) {
    return costOf(candidates, index);
  }

  private static double costOf(Candidates candidates, int index) {
    double ramp = candidates.ramp(index);
    double cost = Ewma.costOf(candidates, index);
    return ramp == 1 ? cost : cost * ramp / Math.min(1, ramp * growth(candidates));
  }

  private static double growth(Candidates candidates) {
    return Math.max(SLOWEST, candidates.growth());
  }
}
