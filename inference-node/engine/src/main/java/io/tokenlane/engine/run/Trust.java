package io.tokenlane.engine.run;

import java.util.Arrays;

/**
 * How often the surest of several lookups is right, learned for each kind of {@link Votes}. It is
 * right less often than it has been, as whoever chooses the best of several takes their luck for
 * skill; and more often where others agree.
 */
final class Trust {
  /** Outcomes that a rate remembers, about. */
  private static final int WINDOW = 50;

  private static final int UNKNOWN_WEIGHT = 2;

  private final float[] rates = new float[Votes.KINDS];
  private final int[] weights = new int[Votes.KINDS];

  Trust() {
    Arrays.fill(weights, UNKNOWN_WEIGHT);
  }

  /**
   * How likely the token of these votes is, 0 to 1; what its lookup says where nothing is known.
   */
  float share(Votes votes) {
    int kind = votes.kind();
    return weights[kind] == UNKNOWN_WEIGHT ? votes.share() : rates[kind];
  }

  /** Learns whether the token of these votes followed. */
  void learn(Votes votes, boolean right) {
    int kind = votes.kind();
    float known = weights[kind] == UNKNOWN_WEIGHT ? votes.share() : rates[kind];
    weights[kind] = Math.min(weights[kind] + 1, WINDOW);
    rates[kind] = known + ((right ? 1 : 0) - known) / weights[kind];
  }
}
