package io.tokenlane.engine;

/**
 * The steps of an engine.
 *
 * @param maxSequences most sequences in a step; 1 to 4096; default 32
 * @param maxTokens most tokens computed in a step, so the bound on how long a prompt can hold up
 *     the next token of the others; {@code maxSequences} to 1,048,576, and no more than the rows
 *     that the model was loaded for; default 512
 * @param continuous whether a sequence may join while others run; false waits until the whole batch
 *     has ended (static batching, for comparison), first come, first served; default true
 * @param targetItlNanos wanted time from one token of a sequence to its next, 0 to 10^12 ns: lowers
 *     the tokens of a step below {@code maxTokens}, and with them the sequences that run, while
 *     steps last longer; default 0: no goal
 */
public record BatchConfig(
    int maxSequences, int maxTokens, boolean continuous, long targetItlNanos) {
  static final BatchConfig DEFAULTS = new BatchConfig(32, 512, true, 0);

  /** Refuses values out of range with a message that names the field. */
  public BatchConfig {
    Range.require("max_batch_size", maxSequences, 1, 4096);
    Range.require("max_batch_tokens", maxTokens, maxSequences, 1 << 20);
    Range.require("target_itl", targetItlNanos, 0, 1_000_000_000_000L);
  }

  BatchConfig withSize(int sequences, int tokens) {
    return new BatchConfig(sequences, tokens, continuous, targetItlNanos);
  }

  BatchConfig withContinuous(boolean other) {
    return new BatchConfig(maxSequences, maxTokens, other, targetItlNanos);
  }

  BatchConfig withTargetItlNanos(long nanos) {
    return new BatchConfig(maxSequences, maxTokens, continuous, nanos);
  }
}
