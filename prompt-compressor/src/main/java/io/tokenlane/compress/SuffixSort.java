package io.tokenlane.compress;

import java.util.Arrays;

/**
 * Orders suffixes by induced sorting (SA-IS; Nong, Zhang and Chan 2009), in O(n) whatever the
 * sequence. A suffix is small if it comes before the one that starts one place later, else large. A
 * small one after a large one is a valley; from the order of the valleys two scans induce that of
 * all, and the valleys are ordered by naming the stretches between them and sorting those names.
 */
final class SuffixSort {
  private final int[] sequence;
  private final int n;
  private final boolean[] small;

  /** Where in the order the suffixes begin that start with each symbol: its large ones first. */
  private final int[] largeFrom;

  private final int[] smallFrom;
  private final int[] order;

  private SuffixSort(int[] sequence, int symbols) {
    this.sequence = sequence;
    this.n = sequence.length;
    this.small = new boolean[n];
    this.largeFrom = new int[symbols + 1];
    this.smallFrom = new int[symbols + 1];
    this.order = new int[n];
    for (int i = n - 2; i >= 0; i--) {
      int next = sequence[i + 1];
      small[i] = sequence[i] == next ? small[i + 1] : sequence[i] < next;
    }
    countSymbols();
  }

  /**
   * @param sequence symbols from 0 up to, not including, {@code symbols}
   */
  static int[] order(int[] sequence, int symbols) {
    SuffixSort sort = new SuffixSort(sequence, symbols);
    sort.run();
    return sort.order;
  }

  private void countSymbols() {
    int symbols = largeFrom.length - 1;
    int[] large = new int[symbols];
    int[] all = new int[symbols];
    for (int i = 0; i < n; i++) {
      all[sequence[i]]++;
      large[sequence[i]] += small[i] ? 0 : 1;
    }
    for (int symbol = 0; symbol < symbols; symbol++) {
      smallFrom[symbol] = largeFrom[symbol] + large[symbol];
      largeFrom[symbol + 1] = largeFrom[symbol] + all[symbol];
    }
  }

  private void run() {
    int[] valleys = valleys();
    induce(valleys);
    if (valleys.length > 1) {
      induce(sorted(valleys));
    }
  }

  private boolean isValley(int i) {
    return i > 0 && small[i] && !small[i - 1];
  }

  private int[] valleys() {
    int[] valleys = new int[n / 2 + 1];
    int count = 0;
    for (int i = 1; i < n; i++) {
      if (isValley(i)) {
        valleys[count++] = i;
      }
    }
    return Arrays.copyOf(valleys, count);
  }

  /** Puts the valleys, in the order given, at their symbols' places and all others around them. */
  private void induce(int[] valleys) {
    Arrays.fill(order, -1);
    int[] next = smallFrom.clone();
    for (int valley : valleys) {
      order[next[sequence[valley]]++] = valley;
    }
    next = largeFrom.clone();
    if (n > 0) {
      order[next[sequence[n - 1]]++] = n - 1;
    }
    for (int i = 0; i < n; i++) {
      int before = order[i] - 1;
      if (before >= 0 && !small[before]) {
        order[next[sequence[before]]++] = before;
      }
    }
    next = largeFrom.clone();
    for (int i = n - 1; i >= 0; i--) {
      int before = order[i] - 1;
      if (before >= 0 && small[before]) {
        order[--next[sequence[before] + 1]] = before;
      }
    }
  }

  /** The valleys in the order of their suffixes; the array holds that of their stretches. */
  private int[] sorted(int[] valleys) {
    int[] number = new int[n];
    for (int v = 0; v < valleys.length; v++) {
      number[valleys[v]] = v;
    }
    int[] names = new int[valleys.length];
    int last = -1;
    int name = -1;
    for (int suffix : order) {
      if (isValley(suffix)) {
        name += last >= 0 && sameStretch(valleys, number[last], number[suffix]) ? 0 : 1;
        names[number[suffix]] = name;
        last = suffix;
      }
    }
    int[] byName = order(names, name + 1);
    for (int i = 0; i < byName.length; i++) {
      byName[i] = valleys[byName[i]];
    }
    return byName;
  }

  /** Whether the sequence is the same from each of two valleys to the valley after it. */
  private boolean sameStretch(int[] valleys, int a, int b) {
    if (a == valleys.length - 1 || b == valleys.length - 1) {
      return false;
    }
    return Arrays.equals(
        sequence, valleys[a], valleys[a + 1] + 1, sequence, valleys[b], valleys[b + 1] + 1);
  }
}
