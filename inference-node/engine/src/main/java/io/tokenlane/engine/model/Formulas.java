package io.tokenlane.engine.model;

import io.tokenlane.engine.tensor.Activation;
import java.util.List;

/**
 * In what a decoder's formulas differ from Llama's, apart from shapes and from the weights it has.
 *
 * @param activation what the gate of the feed-forward network goes through
 * @param attentionScale multiplies the products of queries and keys; over 0
 * @param attentionCap soft bound of attention's scores; 0 for none
 * @param logitCap soft bound of the logits; 0 for none
 * @param embeddingScale multiplies embeddings
 * @param gainOffset added to the gains of norms as the checkpoint has them
 * @param windows for each layer the positions that its attention looks back over, 0 for all; empty
 *     if no layer has such a limit
 * @param localTheta base of the rotary frequencies of layers with a window; 0 if it is the others'
 * @param unturned for each layer whether its heads do not turn at all; empty if all turn
 */
public record Formulas(
    Activation activation,
    float attentionScale,
    float attentionCap,
    float logitCap,
    float embeddingScale,
    float gainOffset,
    List<Integer> windows,
    float localTheta,
    List<Boolean> unturned) {

  public Formulas {
    windows = List.copyOf(windows);
    unturned = List.copyOf(unturned);
  }

  /** Llama's. */
  public static Formulas llama(int headDim) {
    float scale = (float) (1 / Math.sqrt(headDim));
    return new Formulas(Activation.SILU, scale, 0, 0, 1, 0, List.of(), 0, List.of());
  }

  /** Positions that a layer's attention looks back over; 0 for all. */
  public int window(int layer) {
    return windows.isEmpty() ? 0 : windows.get(layer);
  }

  /** Whether a layer's heads turn. */
  public boolean turns(int layer) {
    return unturned.isEmpty() || !unturned.get(layer);
  }
}
