package io.tokenlane.engine.model;

import io.tokenlane.engine.tensor.RopeStyle;

/**
 * Shapes and constants of a decoder, whatever file they came from.
 *
 * @param architecture the architecture's name as checkpoints give it, such as {@code llama}
 * @param vocabularySize rows of the embedding table
 * @param tokens ids below this are tokens; the rows of the embedding beyond are padding, whose
 *     logits are minus infinity
 * @param contextLength most tokens of a sequence
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width inside the feed-forward network
 * @param layers number of decoder layers
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim width of a head
 * @param normEpsilon epsilon of RMSNorm
 * @param ropeTheta base of the rotary embedding's frequencies
 * @param ropeStyle which elements of a head turn together
 * @param rotaryDim leading elements of a head that turn at all; even, at most {@code headDim}
 * @param ropeScaling change of the frequencies for longer contexts
 * @param formulas what else sets it apart from Llama
 */
public record ModelConfig(
    String architecture,
    int vocabularySize,
    int tokens,
    int contextLength,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    float normEpsilon,
    float ropeTheta,
    RopeStyle ropeStyle,
    int rotaryDim,
    RopeScaling ropeScaling,
    Formulas formulas) {

  /** A decoder whose heads turn whole, half-split and unscaled. */
  public ModelConfig(
      String architecture,
      int vocabularySize,
      int contextLength,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      float normEpsilon,
      float ropeTheta) {
    this(
        architecture,
        vocabularySize,
        vocabularySize,
        contextLength,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        headDim,
        normEpsilon,
        ropeTheta,
        RopeStyle.HALF_SPLIT,
        headDim,
        RopeScaling.NONE,
        Formulas.llama(headDim));
  }

  /**
   * This for a tokenizer with fewer tokens than the embedding has rows.
   *
   * @param count at least 1; more than the rows are cut to those
   */
  public ModelConfig withTokens(int count) {
    return new ModelConfig(
        architecture,
        vocabularySize,
        Math.min(count, vocabularySize),
        contextLength,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        headDim,
        normEpsilon,
        ropeTheta,
        ropeStyle,
        rotaryDim,
        ropeScaling,
        formulas);
  }

  /** Width of all query heads together. */
  public int queryWidth() {
    return heads * headDim;
  }

  /** Width of all key heads, and of all value heads, together. */
  public int kvWidth() {
    return kvHeads * headDim;
  }
}
