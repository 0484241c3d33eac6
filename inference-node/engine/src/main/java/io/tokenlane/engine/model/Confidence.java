package io.tokenlane.engine.model;

/** The most likely token of a row of logits, and its probability. */
public final class Confidence {
  /** Logits so far below the largest weigh less than 10^-7 of it. */
  private static final float NEGLIGIBLE = 16.2f;

  private Confidence() {}

  /** Probability of the most likely token, 0 to 1; of numbers only. */
  public static float of(float[] logits, int at, int count) {
    return of(logits, at, count, likeliest(logits, at, count));
  }

  /** The same, where the token is known. */
  public static float of(float[] logits, int at, int count, int likeliest) {
    float largest = logits[at + likeliest];
    float least = largest - NEGLIGIBLE;
    double sum = 0;
    for (int i = at; i < at + count; i++) {
      if (logits[i] > least) {
        sum += Math.exp(logits[i] - largest);
      }
    }
    return (float) (1 / sum);
  }

  /** The most likely token, the first of equal ones; of numbers only. */
  public static int likeliest(float[] logits, int at, int count) {
    int best = at;
    float largest = logits[at];
    // Not by Math.max, which costs more than what it is worth here: it looks for NaN.
    for (int i = at + 1; i < at + count; i++) {
      if (logits[i] > largest) {
        largest = logits[i];
        best = i;
      }
    }
    return best - at;
  }
}
