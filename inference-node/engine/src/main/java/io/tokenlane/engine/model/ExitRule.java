package io.tokenlane.engine.model;

/**
 * When a row may leave the layers: once the largest probability, read by the final norm and head
 * behind a layer, reaches the layer's threshold for {@code patience} checked layers running
 * (Schuster et al. 2022, "Confident Adaptive Language Modeling"; Zhou et al. 2020, "BERT Loses
 * Patience").
 *
 * @param thresholds for each layer but the last, 0 to 1; more than 1 where the layer is not asked,
 *     which saves the head's work
 * @param patience at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not changed, never compared
public record ExitRule(float[] thresholds, int patience) {

  /** Whether rows may leave behind this layer, counted from 0. */
  boolean asks(int layer) {
    return layer < thresholds.length && thresholds[layer] <= 1;
  }
}
