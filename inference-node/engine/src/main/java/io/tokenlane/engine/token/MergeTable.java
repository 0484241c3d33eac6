package io.tokenlane.engine.token;

import java.util.Arrays;

/**
 * Which pairs of neighbouring symbols merge, how early, and into what. Open addressing with linear
 * probing; at most two thirds full.
 */
final class MergeTable {
  private static final long FREE = -1;

  /** What a pair without a merge gives. */
  static final long NONE = Long.MAX_VALUE;

  private final long[] pairs;
  private final long[] merges;

  /**
   * @param most number of pairs that will be added at most
   */
  MergeTable(int most) {
    int least = Math.max(8, most + most / 2 + 1);
    int capacity = Integer.highestOneBit(least - 1) * 2;
    pairs = new long[capacity];
    merges = new long[capacity];
    Arrays.fill(pairs, FREE);
  }

  /**
   * Adds a merge; the first of a pair wins.
   *
   * @param rank lower merges earlier, from 0
   */
  void add(int left, int right, int rank, int merged) {
    long pair = pair(left, right);
    int slot = slot(pair);
    if (pairs[slot] == FREE) {
      pairs[slot] = pair;
      merges[slot] = (long) rank << 32 | merged;
    }
  }

  /** Rank in the upper, merged symbol in the lower half; {@link #NONE} where there is no merge. */
  long find(int left, int right) {
    int slot = slot(pair(left, right));
    return pairs[slot] == FREE ? NONE : merges[slot];
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slot(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & (pairs.length - 1);
    while (pairs[slot] != FREE && pairs[slot] != pair) {
      slot = (slot + 1) & (pairs.length - 1);
    }
    return slot;
  }
}
