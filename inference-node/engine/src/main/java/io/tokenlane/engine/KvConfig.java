package io.tokenlane.engine;

import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.model.Model;

/**
 * The KV cache of an engine.
 *
 * @param strategy how sequences get their place; default paged
 * @param blockSize token slots in a block; 1 to 1024; default 16. Under {@link
 *     KvStrategy#CONTIGUOUS} a block is as large as the model's context instead, but those of
 *     embeddings, which are gone with their request
 * @param blocks number of blocks; 0 to 16,777,216; default 0: as many as {@code bytes} holds, but
 *     no more than a full batch of full context needs
 * @param bytes size in bytes, where {@code blocks} is 0; at least 1; default 256 MiB
 * @param prefixReuse whether prompts that begin alike share the blocks of their common prefix;
 *     default true; never under {@link KvStrategy#CONTIGUOUS}
 * @param watermark share of the blocks that stays available when a sequence joins others, 0 to 0.5;
 *     default 0.01
 * @param type how numbers are kept; default float32
 */
public record KvConfig(
    KvStrategy strategy,
    int blockSize,
    int blocks,
    long bytes,
    boolean prefixReuse,
    double watermark,
    KvType type) {
  private static final int MOST_BLOCKS = 1 << 24;

  static final KvConfig DEFAULTS =
      new KvConfig(KvStrategy.PAGED, 16, 0, 256L << 20, true, 0.01, KvType.FLOAT32);

  /** Refuses values out of range with a message that names the field. */
  public KvConfig {
    Range.require("block_size", blockSize, 1, 1024);
    Range.require("kv_blocks", blocks, 0, MOST_BLOCKS);
    Range.require("kv_bytes", bytes, 1, Long.MAX_VALUE);
    if (!(watermark >= 0 && watermark <= 0.5)) {
      throw new IllegalArgumentException(
          "kv_watermark: %s (expected: 0 to 0.5)".formatted(watermark));
    }
  }

  KvConfig withStrategy(KvStrategy other) {
    return new KvConfig(other, blockSize, blocks, bytes, prefixReuse, watermark, type);
  }

  KvConfig withBlockSize(int slots) {
    return new KvConfig(strategy, slots, blocks, bytes, prefixReuse, watermark, type);
  }

  KvConfig withBlocks(int count) {
    return new KvConfig(strategy, blockSize, count, bytes, prefixReuse, watermark, type);
  }

  KvConfig withBytes(long size) {
    return new KvConfig(strategy, blockSize, blocks, size, prefixReuse, watermark, type);
  }

  KvConfig withPrefixReuse(boolean reuse) {
    return new KvConfig(strategy, blockSize, blocks, bytes, reuse, watermark, type);
  }

  KvConfig withWatermark(double share) {
    return new KvConfig(strategy, blockSize, blocks, bytes, prefixReuse, share, type);
  }

  KvConfig withType(KvType other) {
    return new KvConfig(strategy, blockSize, blocks, bytes, prefixReuse, watermark, other);
  }

  /** Blocks of the watermark. */
  int watermarkOf(int allBlocks) {
    return (int) (watermark * allBlocks);
  }

  /** Blocks that may be pinned: half of them, as long as a sequence of full context still fits. */
  int pinnableOf(Model model, int allBlocks) {
    int context = Math.ceilDiv(model.config().contextLength(), blockSizeFor(model));
    return shares() ? Math.clamp(allBlocks - context, 0, allBlocks / 2) : 0;
  }

  /** Whether blocks are shared for this model. */
  boolean shares() {
    return prefixReuse && strategy == KvStrategy.PAGED;
  }

  /** Token slots in a block of this model's cache. */
  int blockSizeFor(Model model) {
    return strategy == KvStrategy.PAGED ? blockSize : model.config().contextLength();
  }

  /**
   * Blocks that the cache of this model gets.
   *
   * @param sequences most sequences that run at once
   * @throws IllegalArgumentException if {@code bytes} does not hold one block
   */
  int blocksFor(Model model, int sequences) {
    if (blocks > 0) {
      return blocks;
    }
    int slots = blockSizeFor(model);
    long blockBytes = model.kvBytesPerToken(type) * slots;
    if (bytes < blockBytes) {
      throw new IllegalArgumentException(
          "kv_bytes: %d (expected: at least %d, one block of %d tokens)"
              .formatted(bytes, blockBytes, slots));
    }
    long useful = (long) sequences * Math.ceilDiv(model.config().contextLength(), slots);
    return (int) Math.min(MOST_BLOCKS, Math.min(useful, bytes / blockBytes));
  }
}
