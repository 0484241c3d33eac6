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
}
