package io.tokenlane.balance.strategy;

/**
 * Chooses a node for a call: a pure function of the candidates, without state of its own, locks or
 * allocation. Safe on any number of threads.
 */
public interface BalancingStrategy {
  /** As written in the configuration. */
  String name();

  /** The index of the chosen node, one that {@link Candidates#eligible} accepts. */
  int choose(Candidates candidates);

  /**
   * Whether a call may wait, or go to another node, because the preferred one was seen to be full
   * though nobody told its limit. Not where a client is to stay on its node.
   */
  default boolean waitsForSlotsSeen() {
    return false;
  }

  /**
   * What the candidate costs, for people who ask why it was chosen or not: the lowest is taken.
   * {@code NaN} where the strategy does not go by costs of single nodes.
   */
  default double cost(Candidates candidates, int index) {
    return Double.NaN;
  }
}
