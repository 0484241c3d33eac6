package io.tokenlane.compress;

/**
 * All suffixes of a sequence in order, with the length each shares with the one before. Built by
 * prefix doubling (Manber and Myers 1993) in O(n log n) and Kasai's scan (2001) in O(n), whatever
 * the sequence.
 *
 * @param order where the suffixes start, in their lexical order
 * @param shared for each place in {@code order}, how much its suffix has in common with the one
 *     before
 */
@SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
record SuffixArray(int[] order, int[] shared) {
  /** Longer sequences would take more memory than a prompt is worth. */
  static final int LONGEST = (1 << 21) - 2;

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
    int[] order = new int[n];
    int[] bySecond = new int[n];
    int[] next = new int[n];
    for (int i = 0; i < n; i++) {
      bySecond[i] = i;
    }
    sortByRank(bySecond, rank, n, order);
    int distinct = rerank(order, rank, 0, next);
    for (int width = 1; distinct < n; width *= 2) {
      int[] ranked = rank;
      rank = next;
      next = ranked;
      shift(order, width, bySecond);
      sortByRank(bySecond, rank, distinct, order);
      distinct = rerank(order, rank, width, next);
    }
    return order;
  }

  /** The suffixes ordered by what follows their first {@code width} symbols. */
  private static void shift(int[] order, int width, int[] bySecond) {
    int n = order.length;
    int filled = 0;
    for (int i = Math.max(0, n - width); i < n; i++) {
      bySecond[filled++] = i;
    }
    for (int suffix : order) {
      if (suffix >= width) {
        bySecond[filled++] = suffix - width;
      }
    }
  }

  /** Counting sort; suffixes of equal rank stay in the order they came in. */
  private static void sortByRank(int[] suffixes, int[] rank, int ranks, int[] sorted) {
    int[] ends = new int[ranks + 1];
    for (int r : rank) {
      ends[r + 1]++;
    }
    for (int r = 0; r < ranks; r++) {
      ends[r + 1] += ends[r];
    }
    for (int suffix : suffixes) {
      sorted[ends[rank[suffix]]++] = suffix;
    }
  }

  /**
   * Gives suffixes that begin alike in 2 · width symbols equal ranks; returns how many there are.
   */
  private static int rerank(int[] order, int[] rank, int width, int[] ranks) {
    int n = order.length;
    int last = -1;
    for (int i = 0; i < n; i++) {
      if (i == 0 || !sameRanks(order[i - 1], order[i], rank, width)) {
        last++;
      }
      ranks[order[i]] = last;
    }
    return last + 1;
  }

  private static boolean sameRanks(int a, int b, int[] rank, int width) {
    int second = a + width < rank.length ? rank[a + width] : -1;
    return rank[a] == rank[b] && second == (b + width < rank.length ? rank[b + width] : -1);
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
