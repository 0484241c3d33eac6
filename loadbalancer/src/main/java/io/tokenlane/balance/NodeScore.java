package io.tokenlane.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Candidates;

/**
 * One node as a strategy sees it.
 *
 * @param eligible whether it may take the call at all
 * @param cost as {@link BalancingStrategy#cost}; {@code NaN} where the strategy has none
 * @param inFlight calls on it
 * @param slowness times slower than the fleet, as far as that is sure
 * @param successRate smoothed share of good outcomes, 0 to 1
 * @param weight configured weight, less while it comes back
 */
public record NodeScore(
    String node,
    boolean eligible,
    double cost,
    int inFlight,
    double slowness,
    double successRate,
    double weight) {

  static NodeScore of(String id, BalancingStrategy strategy, Candidates candidates, int index) {
    return new NodeScore(
        id,
        candidates.eligible(index),
        strategy.cost(candidates, index),
        candidates.inFlight(index),
        candidates.slowness(index),
        candidates.successRate(index),
        candidates.weight(index));
  }
}
