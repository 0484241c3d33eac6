package io.tokenlane.engine.model;

/** Probability of the most likely token of a row of logits. */
public final class Confidence {
  /** Logits so far below the largest weigh less than 10^-7 of it. */
  private static final float NEGLIGIBLE = 16.2f;

  private Confidence() {}

  /** It, 0 to 1; NaN if a logit is NaN. */
  public static float of(float[] logits, int at, int count) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = at; i < at + count; i++) {
      largest = Math.max(largest, logits[i]);
    }
    float least = largest - NEGLIGIBLE;
    double sum = 0;
    for (int i = at; i < at + count; i++) {
      if (logits[i] > least) {
        sum += Math.exp(logits[i] - largest);
      }
    }
    return (float) (1 / sum);
  }
}
