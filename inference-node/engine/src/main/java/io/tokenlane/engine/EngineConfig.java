package io.tokenlane.engine;

import io.tokenlane.engine.model.Model;

/**
 * Sizes and policies of an engine.
 *
 * @param blockSize token slots in a KV block; 1 to 1024; default 16
 * @param kvBlocks blocks of the KV cache; 0 to 16,777,216; default 0: as many as {@code kvBytes}
 *     holds, but no more than {@code maxBatchSize} sequences of full context need
 * @param kvBytes size of the KV cache in bytes, where {@code kvBlocks} is 0; at least 1; default
 *     256 MiB
 * @param maxBatchSize most sequences in a step; 1 to 4096; default 32
 * @param maxBatchTokens most tokens computed in a step, so the bound on how long a prompt can hold
 *     up the next token of the others; {@code maxBatchSize} to 1,048,576, and no more than the rows
 *     that the model was loaded for; default 512
 * @param maxWaiting most generations in flight beyond {@code maxBatchSize}; 0 to 1,048,576; default
 *     256
 * @param prefixReuse whether prompts that begin alike share the blocks of their common prefix;
 *     default true
 * @param continuousBatching whether a sequence may join while others run; false waits until the
 *     whole batch has ended (static batching, for comparison); default true
 */
public record EngineConfig(
    int blockSize,
    int kvBlocks,
    long kvBytes,
    int maxBatchSize,
    int maxBatchTokens,
    int maxWaiting,
    boolean prefixReuse,
    boolean continuousBatching) {

  private static final EngineConfig DEFAULTS =
      new EngineConfig(16, 0, 256L << 20, 32, 512, 256, true, true);

  /** Refuses values out of range with a message that names the field. */
  public EngineConfig {
    requireRange("block_size", blockSize, 1, 1024);
    requireRange("kv_blocks", kvBlocks, 0, 1 << 24);
    requireRange("kv_bytes", kvBytes, 1, Long.MAX_VALUE);
    requireRange("max_batch_size", maxBatchSize, 1, 4096);
    requireRange("max_batch_tokens", maxBatchTokens, maxBatchSize, 1 << 20);
    requireRange("max_waiting", maxWaiting, 0, 1 << 20);
  }

  /** All defaults. */
  public static EngineConfig defaults() {
    return DEFAULTS;
  }

  /** This with another {@code blockSize}. */
  public EngineConfig withBlockSize(int slots) {
    return new EngineConfig(
        slots,
        kvBlocks,
        kvBytes,
        maxBatchSize,
        maxBatchTokens,
        maxWaiting,
        prefixReuse,
        continuousBatching);
  }

  /** This with another {@code kvBlocks}. */
  public EngineConfig withKvBlocks(int blocks) {
    return new EngineConfig(
        blockSize,
        blocks,
        kvBytes,
        maxBatchSize,
        maxBatchTokens,
        maxWaiting,
        prefixReuse,
        continuousBatching);
  }

  /** This with another {@code kvBytes}. */
  public EngineConfig withKvBytes(long bytes) {
    return new EngineConfig(
        blockSize,
        kvBlocks,
        bytes,
        maxBatchSize,
        maxBatchTokens,
        maxWaiting,
        prefixReuse,
        continuousBatching);
  }

  /** This with another {@code maxBatchSize} and {@code maxBatchTokens}. */
  public EngineConfig withBatch(int sequences, int tokens) {
    return new EngineConfig(
        blockSize,
        kvBlocks,
        kvBytes,
        sequences,
        tokens,
        maxWaiting,
        prefixReuse,
        continuousBatching);
  }

  /** This with another {@code maxWaiting}. */
  public EngineConfig withMaxWaiting(int generations) {
    return new EngineConfig(
        blockSize,
        kvBlocks,
        kvBytes,
        maxBatchSize,
        maxBatchTokens,
        generations,
        prefixReuse,
        continuousBatching);
  }

  /** This with another {@code prefixReuse}. */
  public EngineConfig withPrefixReuse(boolean reuse) {
    return new EngineConfig(
        blockSize,
        kvBlocks,
        kvBytes,
        maxBatchSize,
        maxBatchTokens,
        maxWaiting,
        reuse,
        continuousBatching);
  }

  /** This with another {@code continuousBatching}. */
  public EngineConfig withContinuousBatching(boolean continuous) {
    return new EngineConfig(
        blockSize,
        kvBlocks,
        kvBytes,
        maxBatchSize,
        maxBatchTokens,
        maxWaiting,
        prefixReuse,
        continuous);
  }

  /** Blocks that a sequence of the model's full context takes. */
  int blocksPerContext(Model model) {
    return Math.ceilDiv(model.config().contextLength(), blockSize);
  }

  /**
   * Blocks that the KV cache of this model gets.
   *
   * @throws IllegalArgumentException if {@code kvBytes} does not hold one block
   */
  int blocksFor(Model model) {
    if (kvBlocks > 0) {
      return kvBlocks;
    }
    long blockBytes = model.kvBytesPerToken() * blockSize;
    if (kvBytes < blockBytes) {
      throw new IllegalArgumentException(
          "kv_bytes: %d (expected: at least %d, one block of %d tokens)"
              .formatted(kvBytes, blockBytes, blockSize));
    }
    long useful = (long) maxBatchSize * blocksPerContext(model);
    return (int) Math.min(1 << 24, Math.min(useful, kvBytes / blockBytes));
  }

  private static void requireRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d (expected: %d to %d)".formatted(name, value, least, most));
    }
  }
}
