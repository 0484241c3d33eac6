package io.tokenlane.engine.model;

/**
 * Shapes and constants of a decoder, whatever file they came from.
 *
 * @param architecture the architecture's name as checkpoints give it, such as {@code llama}
 * @param vocabularySize rows of the embedding table
 * @param contextLength most tokens of a sequence
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width inside the feed-forward network
 * @param layers number of decoder layers
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim width of a head
 * @param normEpsilon epsilon of RMSNorm
 * @param ropeTheta base of the rotary embedding's frequencies
 */
public record ModelConfig(
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
    float ropeTheta) {}
