package io.tokenlane.compress;

import org.jspecify.annotations.Nullable;

/**
 * Orders suffixes by their first three symbols (least significant first), and by comparison those
 * that share them: less work than {@link SuffixSort} where repeats are short, as they are in a text
 * whose long ones are named. It gives up where they are not.
 */
final class RadixSort {
  private static final int SYMBOLS = 3;

  /** Symbols compared per suffix, on the average, before it gives up. */
  private static final int WORK_PER_SUFFIX = 6;

  private final int[] sequence;
  private long workLeft;

  private RadixSort(int[] sequence) {
    this.sequence = sequence;
    this.workLeft = (long) WORK_PER_SUFFIX * sequence.length;
  }

  /**
   * @param sequence symbols from 0 up to, not including, {@code symbols}
   * @return null where it would take long
   */
  static int @Nullable [] order(int[] sequence, int symbols) {
    RadixSort sort = new RadixSort(sequence);
    int[] order = new int[sequence.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    for (int symbol = SYMBOLS - 1; symbol >= 0; symbol--) {
      order = sort.by(symbol, order, symbols);
    }
    return sort.finish(order) ? order : null;
  }

  /** Counting sort by one symbol of each suffix; past the end is before every symbol. */
  private int[] by(int symbol, int[] order, int symbols) {
    int[] next = new int[symbols + 2];
    for (int suffix : order) {
      next[at(suffix + symbol) + 2]++;
    }
    for (int i = 1; i < next.length; i++) {
      next[i] += next[i - 1];
    }
    int[] sorted = new int[order.length];
    for (int suffix : order) {
      sorted[next[at(suffix + symbol) + 1]++] = suffix;
    }
    return sorted;
  }

  private int at(int place) {
    return place < sequence.length ? sequence[place] : -1;
  }

  /** Insertion sort, which moves only among suffixes that begin alike. */
  private boolean finish(int[] order) {
    for (int i = 1; i < order.length; i++) {
      int suffix = order[i];
      int to = i;
      while (to > 0 && beginAlike(order[to - 1], suffix) && isBefore(suffix, order[to - 1])) {
        order[to] = order[to - 1];
        to--;
      }
      order[to] = suffix;
      if (workLeft < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean beginAlike(int a, int b) {
    return at(a) == at(b) && at(a + 1) == at(b + 1) && at(a + 2) == at(b + 2);
  }

  /** Of two that begin alike. */
  private boolean isBefore(int a, int b) {
    int same = SYMBOLS;
    int most = sequence.length - Math.max(a, b);
    while (same < most && sequence[a + same] == sequence[b + same]) {
      same++;
    }
    workLeft -= same;
    return same < most ? sequence[a + same] < sequence[b + same] : a > b;
  }
}
