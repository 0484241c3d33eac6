package io.tokenlane.engine.reason;

/**
 * How long a model may think before it answers.
 *
 * @param maxSteps most steps; 0 to {@link #UNLIMITED}
 * @param minSteps steps before {@code stop} may end the reasoning; 0 to {@link #UNLIMITED}. The
 *     model itself may end it earlier, and so may {@code maxSteps} and {@code maxTokens}
 * @param maxTokens most tokens of the reasoning, its tags included; the reasoning is closed behind
 *     the last whole step that fits, with room for the closing tag; 0 to {@link #UNLIMITED}
 * @param stop what ends the reasoning before the model does
 * @param threshold what {@code stop} compares with, 0 to 1
 * @param patience how many steps running must pass the threshold, 1 to 100
 */
public record ReasoningRules(
    int maxSteps, int minSteps, int maxTokens, Stop stop, float threshold, int patience) {
  /** No limit. */
  public static final int UNLIMITED = 1_000_000;

  /** The model ends its reasoning itself. */
  public static final ReasoningRules NONE =
      new ReasoningRules(UNLIMITED, 0, UNLIMITED, Stop.OFF, 1, 1);

  private static final int MOST_PATIENCE = 100;

  /** Refuses values out of range with a message that names the field. */
  public ReasoningRules {
    require("max_steps", maxSteps, 0, UNLIMITED);
    require("min_steps", minSteps, 0, UNLIMITED);
    require("max_tokens", maxTokens, 0, UNLIMITED);
    require("patience", patience, 1, MOST_PATIENCE);
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "reasoning.threshold: %s (expected: 0 to 1)".formatted(threshold));
    }
    if (minSteps > maxSteps) {
      throw new IllegalArgumentException(
          "reasoning.min_steps: %d (expected: at most max_steps, %d)"
              .formatted(minSteps, maxSteps));
    }
  }

  /** Whether anything is limited at all. */
  public boolean limits() {
    return maxSteps < UNLIMITED || maxTokens < UNLIMITED || stop != Stop.OFF;
  }

  private static void require(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "reasoning.%s: %d (expected: %d to %d)".formatted(name, value, least, most));
    }
  }

  /** What ends the reasoning before the model does. */
  public enum Stop {
    /** Nothing. */
    OFF(1, 1),
    /**
     * The steps say the same again: the mean cosine of the last hidden states of a step and the
     * step before it, token by token from the end and less the reasoning's mean, is above the
     * threshold.
     */
    CONVERGED(0.79f, 1),
    /**
     * The model could answer now: a short trial answer is decoded behind the closing tag, and the
     * lowest probability in it, that of the tag included, is above the threshold. With patience,
     * the trial answers must also be equal.
     */
    CONFIDENT(0.3f, 1);

    private final float threshold;
    private final int patience;

    Stop(float threshold, int patience) {
      this.threshold = threshold;
      this.patience = patience;
    }

    /** Threshold where none is given. */
    public float defaultThreshold() {
      return threshold;
    }

    /** Patience where none is given. */
    public int defaultPatience() {
      return patience;
    }
  }
}
