package io.tokenlane.balance.strategy;

/**
 * The node on which a token takes the least energy, as nodes report it, among those that meet a
 * latency goal:
 *
 * <pre>meets = latency · (1 + load) ≤ goal</pre>
 *
 * <p>with the peak-sensitive latency until the first byte, so that a node is held for too slow
 * rather sooner than later. Equal ones are decided by {@code ewma}, and so is a fleet where none
 * meets the goal. What a node that missed it would do now is seen only by asking it: one of {@value
 * #TRIAL} calls may, while nothing else is there.
 *
 * <p>Without a goal the cost of {@code ewma} times the energy: of two nodes that would answer as
 * soon, the thriftier one; a busy thrifty node yields to an idle one that takes up to three times
 * the energy.
 */
final class EnergyAware implements BalancingStrategy {
  private static final double MISSED = 1e6;
  private static final int TRIAL = 32;

  private final double goalSeconds;
  private final Lowest.Cost cost = this::cost;
  private final Lowest.Cost costOnTrial =
      (all, i) -> all.inFlight(i) == 0 ? all.energy(i) : cost(all, i);

  /**
   * @param goalSeconds until the first byte; 0: none
   */
  EnergyAware(double goalSeconds) {
    this.goalSeconds = goalSeconds;
  }

  @Override
  public String name() {
    return "energy-aware";
  }

  @Override
  public int choose(Candidates candidates) {
    if (goalSeconds == 0) {
      return Lowest.of(candidates, cost, Candidates::hint);
    }
    boolean trial = candidates.random(TRIAL) == 0;
    return Lowest.of(candidates, trial ? costOnTrial : cost, Ewma::costOf);
  }

  @Override
  public double cost(Candidates candidates, int index) {
    if (goalSeconds == 0) {
      return Ewma.costOf(candidates, index) * candidates.energy(index);
    }
    return meets(candidates, index)
        ? candidates.energy(index)
        : MISSED * Ewma.costOf(candidates, index);
  }

  /** An unseen node is tried once, then waits for its first answer. */
  private boolean meets(Candidates candidates, int index) {
    double latency = candidates.peakLatency(index);
    return latency == 0
        ? candidates.inFlight(index) == 0
        : latency * (1 + candidates.load(index)) <= goalSeconds;
  }
}
