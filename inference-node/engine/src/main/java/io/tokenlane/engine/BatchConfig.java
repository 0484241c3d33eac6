package io.tokenlane.engine;

/**
 * The steps of an engine.
 *
 * @param maxSequences most sequences in a step; 1 to 4096; default 32
 * @param maxTokens most tokens computed in a step, so the bound on how long a prompt can hold up
 *     the next token of the others; {@code maxSequences} to 1,048,576, and no more than the rows
 *     that the model was loaded for; default 512
 * @param continuous whether a sequence may join while others run; false waits until the whole batch
 *     has ended (static batching, for comparison); default true
 */
public record BatchConfig(int maxSequences, int maxTokens, boolean continuous) {
  static final BatchConfig DEFAULTS = new BatchConfig(32, 512, true);

  /** Refuses values out of range with a message that names the field. */
  public BatchConfig {
    Range.require("max_batch_size", maxSequences, 1, 4096);
    Range.require("max_batch_tokens", maxTokens, maxSequences, 1 << 20);
  }

  BatchConfig withSize(int sequences, int tokens) {
    return new BatchConfig(sequences, tokens, continuous);
  }

  BatchConfig withContinuous(boolean other) {
    return new BatchConfig(maxSequences, maxTokens, other);
  }
}
