package io.tokenlane.balance.strategy;

import org.jspecify.annotations.Nullable;

/**
 * The fleet and the call as one pick sees them. Nodes are numbered 0 to {@code size() - 1} in the
 * configured order; the numbers that {@link #eligible} refuses may not be chosen. At least one is
 * eligible.
 */
public interface Candidates {
  int size();

  /** Whether the node may take this call. */
  boolean eligible(int index);

  /** A hash of the node's id, the same at every gateway. */
  long hash(int index);

  /** Configured weight times {@link #ramp}; &gt; 0. */
  double weight(int index);

  /**
   * The same weight less what {@link #slowness} says already: all of it where weights tell how many
   * calls nodes take at once, 1 where they tell how fast nodes are; &gt; 0.
   */
  double weightBeyondSpeed(int index);

  /** The share of its weight that a node on its way back may have so far; 0 exclusive to 1. */
  double ramp(int index);

  /** Leases on the node that this gateway has not closed yet; exact. */
  int inFlight(int index);

  /**
   * What the calls there add to the time of one more, in times of a call: twice their number, since
   * they queue; where all nodes tell their slots and only those with a free one are eligible,
   * nothing queues, and it is the share of the node's slots that is taken.
   */
  double load(int index);

  /**
   * How many times slower than the fleet the node is, as far as that is statistically sure; 1 for a
   * node nobody has seen.
   */
  double slowness(int index);

  /**
   * A hint at what other gateways queued there, within the noise of {@link #slowness}: below 0
   * where the node answered well a moment ago, above where late; 0 where nothing is known.
   */
  double hint(int index);

  /** Seconds; an average that rises at once and decays over 10 s; 0 for an unseen node. */
  double peakLatency(int index);

  /** Smoothed share of good outcomes, 0 exclusive to 1. */
  double successRate(int index);

  /** Prompt tokens that the node has to compute before it begins with this call's. */
  long tokensAhead(int index);

  /** How many times slower than the fleet it computes prompts, as {@link #slowness}. */
  double prefillSlowness(int index);

  /** How many times slower than the fleet it generates tokens, as {@link #slowness}. */
  double decodeSlowness(int index);

  /** Energy per token, relative to an ordinary node; &gt; 0. */
  double energy(int index);

  /** Calls expected within seconds over calls now: 1 for as many, 2 for twice; ≥ 0. */
  double growth();

  /** What hashing strategies hash (client, session); null if the call has none. */
  @Nullable String key();

  /** Hash of the beginning that the prompt shares with other calls; 0 if there is none. */
  long prefix();

  /** Whether any node tells what it has of that beginning. */
  boolean someTellWhatTheyHave();

  /** The share of that beginning in the node's cache, 0 to 1; below 0 if it does not tell. */
  double cachedShare(int index);

  /** Tokens of that beginning. */
  int sharedTokens();

  /** Tokens of the prompt behind it. */
  int ownTokens();

  /**
   * Tokens of the answer to come, as the prompt tokens that the fleet computes in the time it takes
   * to generate them; 0 while that is unknown.
   */
  double outputAsPrompt();

  /** A fresh number from one counter of the pool, 0, 1, 2, …; for taking turns. */
  long turn();

  /** A random number, 0 to {@code bound - 1}. */
  int random(int bound);
}
