package io.tokenlane.compress;

/**
 * All suffixes of a sequence in order, with the length each shares with the one before. Built by
 * {@link RadixSort} or {@link SuffixSort}, and Kasai's scan (2001), all in O(n).
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
   * @param sequence symbols from 0 up to, not including, {@code symbols}
   */
  static SuffixArray of(int[] sequence, int symbols) {
    int[] quick = RadixSort.order(sequence, symbols);
    int[] order = quick == null ? SuffixSort.order(sequence, symbols) : quick;
    return new SuffixArray(order, shared(sequence, order));
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
