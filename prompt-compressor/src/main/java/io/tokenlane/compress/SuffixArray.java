package io.tokenlane.compress;

import java.util.Arrays;

/**
 * All suffixes of a sequence in order, with the length each shares with the one before. Built by
 * prefix doubling (Manber and Myers 1993) in O(n log² n) and Kasai's scan (2001) in O(n), whatever
 * the sequence.
 *
 * @param order where the suffixes start, in their lexical order
 * @param shared for each place in {@code order}, how much its suffix has in common with the one
 *     before
 */
@SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
record SuffixArray(int[] order, int[] shared) {
  /** Sequences longer than this do not fit the packed sort keys. */
  static final int LONGEST = (1 << 21) - 2;

  private static final int BITS = 21;
  private static final int MASK = (1 << BITS) - 1;

  /**
   * @param sequence symbols from 0 up to, not including, its length
   */
  static SuffixArray of(int[] sequence) {
    int[] order = order(sequence);
    return new SuffixArray(order, shared(sequence, order));
  }

  private static int[] order(int[] sequence) {
    int n = sequence.length;
    int[] rank = sequence.clone();
    long[] keys = new long[n];
    int distinct = 0;
    for (int width = 0; distinct < n; width = Math.max(1, 2 * width)) {
      for (int i = 0; i < n; i++) {
        long next = i + width < n ? rank[i + width] + 1 : 0;
        keys[i] = ((long) rank[i] << (2 * BITS)) | (next << BITS) | i;
      }
      Arrays.sort(keys);
      distinct = rerank(keys, rank);
    }
    return Arrays.stream(keys).mapToInt(key -> (int) (key & MASK)).toArray();
  }

  /** Gives equal keys equal ranks; returns how many ranks there are. */
  private static int rerank(long[] keys, int[] rank) {
    int next = 0;
    for (int i = 0; i < keys.length; i++) {
      if (i > 0 && keys[i] >>> BITS != keys[i - 1] >>> BITS) {
        next++;
      }
      rank[(int) (keys[i] & MASK)] = next;
    }
    return keys.length == 0 ? 0 : next + 1;
  }

  private static int[] shared(int[] sequence, int[] order) {
    int n = order.length;
    int[] place = new int[n];
    for (int i = 0; i < n; i++) {
      place[order[i]] = i;
    }
    int[] shared = new int[n];
    int same = 0;
    for (int i = 0; i < n; i++) {
      if (place[i] == 0) {
        same = 0;
        continue;
      }
      int before = order[place[i] - 1];
      while (i + same < n && before + same < n && sequence[i + same] == sequence[before + same]) {
        same++;
      }
      shared[place[i]] = same;
      same = Math.max(0, same - 1);
    }
    return shared;
  }
}
