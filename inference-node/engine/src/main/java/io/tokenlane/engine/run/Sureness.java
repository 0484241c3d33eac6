package io.tokenlane.engine.run;

/**
 * How often tokens drafted by the first layers are right, by the probability that those give them:
 * learned, as the first layers may believe too much or too little. The newest count most.
 */
final class Sureness {
  private static final float NEWEST = 0.03f;

  /** Each level halves the doubt: 0.5, 0.25, 0.125 and so on. */
  private static final int LEVELS = 12;

  private final float[] shares = new float[LEVELS];

  Sureness() {
    for (int level = 0; level < LEVELS; level++) {
      shares[level] = 1 - (float) (0.75 * Math.scalb(1.0, -level));
    }
  }

  /** The level of a probability. */
  static int level(float probability) {
    float doubt = Math.max(1 - probability, Float.MIN_NORMAL);
    return Math.clamp(-Math.getExponent(doubt) - 1, 0, LEVELS - 1);
  }

  /** How often tokens of a level are right, 0 to 1. */
  float share(int level) {
    return shares[level];
  }

  /** Learns whether a token of a level was right. */
  void learn(int level, boolean right) {
    shares[level] += NEWEST * ((right ? 1 : 0) - shares[level]);
  }
}
