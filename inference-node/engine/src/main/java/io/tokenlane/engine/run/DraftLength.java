package io.tokenlane.engine.run;

import java.util.Arrays;

/**
 * How many tokens to draft next: as many as are likely enough to be right. For each place in a
 * draft it keeps how often the draft was right up to there, the newest counting most; a place is
 * worth a row where that share is at least what the row costs, in tokens. Where not even the first
 * place is, it tries again now and then.
 */
final class DraftLength {
  private static final double FIRST_SHARE = 0.8;
  private static final double NEWEST = 0.25;

  /** Steps from one try to the next where drafts do not pay. */
  private static final int RETRY = 12;

  private static final int TRIED = 3;

  private final double[] shares;
  private int waited;

  /**
   * @param most most tokens of a draft, at least 1
   */
  DraftLength(int most) {
    shares = new double[most];
    Arrays.fill(shares, FIRST_SHARE);
  }

  /**
   * Tokens to draft, from 0.
   *
   * @param cost what a further row costs, as a share of what a token costs without drafts
   */
  int get(double cost) {
    int length = 0;
    while (length < shares.length && shares[length] >= cost) {
      length++;
    }
    return length == 0 && waited >= RETRY ? Math.min(TRIED, shares.length) : length;
  }

  /** A step went by without a draft where there could have been one. */
  void skip() {
    waited++;
  }

  /** Learns how many drafts were right. */
  void learn(int drafted, int right) {
    waited = 0;
    for (int i = 0; i < drafted; i++) {
      shares[i] += NEWEST * ((i < right ? 1 : 0) - shares[i]);
    }
    // A longer draft is right less often than a shorter one.
    for (int i = 1; i < shares.length; i++) {
      shares[i] = Math.min(shares[i], shares[i - 1]);
    }
    if (right == drafted) {
      Arrays.fill(shares, drafted, shares.length, shares[drafted - 1]);
    }
  }
}
