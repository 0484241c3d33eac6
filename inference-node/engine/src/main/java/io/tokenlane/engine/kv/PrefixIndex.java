package io.tokenlane.engine.kv;

import java.util.Arrays;

/**
 * Finds the block that holds a prefix. A hash table with chains, both in arrays made once; each
 * block keeps its tokens, which are compared on a hit.
 */
final class PrefixIndex {
  private static final int NONE = -1;

  private final int blockSize;
  private final int[] tokens;
  private final long[] high;
  private final long[] low;
  private final boolean[] present;
  private final int[] nextInBucket;
  private final int[] buckets;

  PrefixIndex(int blocks, int blockSize) {
    this.blockSize = blockSize;
    tokens = new int[Math.multiplyExact(blocks, blockSize)];
    high = new long[blocks];
    low = new long[blocks];
    present = new boolean[blocks];
    nextInBucket = new int[blocks];
    buckets = new int[Integer.highestOneBit(blocks) * 2];
    Arrays.fill(buckets, NONE);
  }

  boolean contains(int block) {
    return present[block];
  }

  /** Whether the block is here and holds this prefix. */
  boolean holds(int block, PrefixHash hash) {
    return present[block] && high[block] == hash.high && low[block] == hash.low;
  }

  BlockHash hash(int block) {
    return new BlockHash(high[block], low[block]);
  }

  /** The block with this prefix, whose own tokens start at {@code from}; or -1. */
  int find(PrefixHash hash, int[] sequence, int from) {
    for (int block = buckets[bucket(hash.low)]; block != NONE; block = nextInBucket[block]) {
      if (high[block] == hash.high && low[block] == hash.low && holds(block, sequence, from)) {
        return block;
      }
    }
    return NONE;
  }

  /**
   * @throws IllegalStateException if the block is here already: a chain with a block twice has no
   *     end
   */
  void add(int block, PrefixHash hash, int[] sequence, int from) {
    if (present[block]) {
      throw new IllegalStateException(
          "block %d: indexed again (expected: once, until it is removed)".formatted(block));
    }
    System.arraycopy(sequence, from, tokens, block * blockSize, blockSize);
    high[block] = hash.high;
    low[block] = hash.low;
    present[block] = true;
    int bucket = bucket(hash.low);
    nextInBucket[block] = buckets[bucket];
    buckets[bucket] = block;
  }

  void remove(int block) {
    int bucket = bucket(low[block]);
    if (buckets[bucket] == block) {
      buckets[bucket] = nextInBucket[block];
    } else {
      int before = buckets[bucket];
      while (nextInBucket[before] != block) {
        before = nextInBucket[before];
      }
      nextInBucket[before] = nextInBucket[block];
    }
    present[block] = false;
  }

  private boolean holds(int block, int[] sequence, int from) {
    int at = block * blockSize;
    return Arrays.equals(tokens, at, at + blockSize, sequence, from, from + blockSize);
  }

  private int bucket(long hash) {
    return (int) hash & (buckets.length - 1);
  }
}
