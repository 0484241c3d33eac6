package io.tokenlane.engine;

import io.tokenlane.engine.model.ExitRule;
import java.util.List;
import java.util.Objects;

/**
 * Whether the tokens of a generation may leave the model before its last layer.
 *
 * @param mode how
 * @param threshold the largest probability at which a token leaves, 0 to 1; in mode {@code exact},
 *     at which the first layers go on drafting
 * @param minLayer layers that every token goes through, at least 1 and fewer than the model has; in
 *     mode {@code exact}, the layers that draft
 * @param patience checked layers running that must pass the threshold, 1 to 100
 * @param calibrated thresholds of single layers in place of {@code threshold}, the first layer's
 *     first; more than 1 where a layer is not asked; empty for none
 */
public record EarlyExit(
    Mode mode, float threshold, int minLayer, int patience, List<Float> calibrated) {
  private static final int MOST_PATIENCE = 100;
  private static final float NEVER = 2;

  /** All layers for all tokens. */
  public static final EarlyExit OFF = new EarlyExit(Mode.OFF, 1, 1, 1, List.of());

  /** Refuses values out of range with a message that names the field. */
  public EarlyExit {
    calibrated = List.copyOf(calibrated);
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "early_exit.threshold: %s (expected: 0 to 1)".formatted(threshold));
    }
    if (minLayer < 1) {
      throw new IllegalArgumentException(
          "early_exit.min_layer: %d (expected: at least 1)".formatted(minLayer));
    }
    if (patience < 1 || patience > MOST_PATIENCE) {
      throw new IllegalArgumentException(
          "early_exit.patience: %d (expected: 1 to %d)".formatted(patience, MOST_PATIENCE));
    }
  }

  /**
   * Refuses what does not fit a model.
   *
   * @param layers the model's
   * @param leaves whether rows can leave early on its backend
   */
  void check(int layers, boolean leaves) {
    if (mode != Mode.OFF && minLayer >= layers) {
      throw new IllegalArgumentException(
          "early_exit.min_layer: %d (expected: 1 to %d, fewer than the model's layers)"
              .formatted(minLayer, layers - 1));
    }
    if (mode == Mode.THRESHOLD && !leaves) {
      throw new IllegalArgumentException(
          "early_exit.mode: threshold (expected: off or exact on this backend)");
    }
  }

  /** What blocks of tokens that left early are marked with; 0 if none can. */
  long mark() {
    // Not the record's own hash: that of an enum differs from process to process.
    return mode == Mode.THRESHOLD
        ? 1 | (long) Objects.hash(threshold, minLayer, patience, calibrated) << 1
        : 0;
  }

  /** When a row may leave a model of so many layers. */
  ExitRule rule(int layers) {
    float[] thresholds = new float[layers - 1];
    for (int layer = 0; layer < thresholds.length; layer++) {
      float own = layer < calibrated.size() ? calibrated.get(layer) : threshold;
      thresholds[layer] = layer + 1 < minLayer ? NEVER : own;
    }
    return new ExitRule(thresholds, patience);
  }

  /** How tokens may leave. */
  public enum Mode {
    /** Not at all. */
    OFF,
    /** A token leaves where the largest probability reaches the threshold. */
    THRESHOLD,
    /**
     * The first layers draft tokens, and so do n-grams of the text so far; all layers verify them.
     * What is generated is the same, bit for bit.
     */
    EXACT
  }
}
