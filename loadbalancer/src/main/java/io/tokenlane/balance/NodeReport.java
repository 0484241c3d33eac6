package io.tokenlane.balance;

/**
 * What a node says about itself. It sets limits and exclusions and tells of work that this gateway
 * cannot see; it never orders nodes by itself, since all gateways that read the same report would
 * run to the same node.
 *
 * @param slots calls it computes at once; 0 if it does not say
 * @param queuedTokens prompt tokens waiting to be computed, of all its clients; 0 if it does not
 *     say
 * @param full whether it asks for no more calls now (its cache or its queue is full)
 * @param energyPerToken joules per token relative to an ordinary node; &gt; 0, 1 if it does not say
 */
public record NodeReport(int slots, long queuedTokens, boolean full, double energyPerToken) {
  /** A node that says nothing. */
  public static final NodeReport NONE = new NodeReport(0, 0, false, 1);

  /** Refuses what cannot be. */
  public NodeReport {
    if (slots < 0 || queuedTokens < 0) {
      throw new IllegalArgumentException(
          "node report: slots %d, queued tokens %d (expected: >= 0)"
              .formatted(slots, queuedTokens));
    }
    if (!(energyPerToken > 0) || Double.isInfinite(energyPerToken)) {
      throw new IllegalArgumentException(
          "node report: energy per token " + energyPerToken + " (expected: > 0, finite)");
    }
  }
}
