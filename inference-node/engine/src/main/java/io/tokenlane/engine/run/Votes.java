package io.tokenlane.engine.run;

/**
 * What lookups say of one next token: which tokens, how often such lookups are right, and how many
 * agree. Reused; not thread-safe.
 */
final class Votes {
  /** Most votes of one token. */
  private static final int MOST = 16;

  private static final int LEVELS = 12;
  private static final float LEAST_DOUBT = 1e-4f;

  /** Half of the way from one to two, in logarithms. */
  private static final float UPPER = 1.4142135f;

  private static final int MOST_AGREEING = 4;
  private static final int MOST_AGAINST = 3;

  /** Kinds of outcomes that {@link #kind} tells apart. */
  static final int KINDS = LEVELS * MOST_AGREEING * (MOST_AGAINST + 1);

  private final int[] tokens = new int[MOST];
  private final float[] shares = new float[MOST];
  private int count;
  private int best;

  /** Begins with the next token. */
  void clear() {
    count = 0;
    best = 0;
  }

  /** A lookup says that a token follows, and such lookups are right with this share, 0 to 1. */
  void add(int token, float share) {
    tokens[count] = token;
    shares[count] = share;
    best = share > shares[best] ? count : best;
    count++;
  }

  /** Whether anything is known. */
  boolean any() {
    return count > 0;
  }

  /** The token of the surest lookup, if there is any. */
  int token() {
    return tokens[best];
  }

  /** What that lookup's share is. */
  float share() {
    return shares[best];
  }

  /** How sure the surest is, how many agree with it and how many do not; 0 to {@link #KINDS}. */
  int kind() {
    int agreeing = 0;
    for (int i = 0; i < count; i++) {
      agreeing += tokens[i] == tokens[best] ? 1 : 0;
    }
    int against = Math.min(count - agreeing, MOST_AGAINST);
    agreeing = Math.min(agreeing, MOST_AGREEING) - 1;
    return (level(shares[best]) * MOST_AGREEING + agreeing) * (MOST_AGAINST + 1) + against;
  }

  /** Two levels for each halving of the doubt. */
  private static int level(float share) {
    float doubt = Math.max(1 - share, LEAST_DOUBT);
    int halvings = -Math.getExponent(doubt) - 1;
    boolean upper = Math.scalb(doubt, halvings + 1) < UPPER;
    return Math.clamp(2 * halvings + (upper ? 1 : 0), 0, LEVELS - 1);
  }
}
