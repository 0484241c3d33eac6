package io.tokenlane.balance.strategy;

import org.jspecify.annotations.Nullable;

/**
 * The fleet as one pick sees it. Nodes are numbered 0 to {@code size() - 1} in the configured
 * order; the numbers that {@link #eligible} refuses may not be chosen. At least one is eligible.
 */
public interface Candidates {
  int size();

  /** Whether the node may take this call. */
  boolean eligible(int index);

  String id(int index);

  /** Configured weight times the share a node on its way back may have so far; &gt; 0. */
  double weight(int index);

  /** Leases on the node that this gateway has not closed yet; exact. */
  int inFlight(int index);

  /**
   * How many times slower than the fleet the node is, as far as that is statistically sure; 1 for a
   * node nobody has seen.
   */
  double slowness(int index);

  /** Smoothed share of good outcomes, 0 exclusive to 1. */
  double successRate(int index);

  /** What hashing strategies hash (client, session, prompt prefix); null if the call has none. */
  @Nullable String key();

  /** A fresh number from one counter of the pool, 0, 1, 2, …; for taking turns. */
  long turn();

  /** A random number, 0 to {@code bound - 1}. */
  int random(int bound);
}
