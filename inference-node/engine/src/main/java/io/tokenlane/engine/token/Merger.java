package io.tokenlane.engine.token;

import java.util.Arrays;

/**
 * Byte pair encoding (Sennrich et al. 2016, section 3.2) of one piece: while any neighbours merge,
 * the pair of lowest rank does, the leftmost first.
 *
 * <p>Short pieces are scanned for the lowest rank after each merge. Long ones keep the pairs in a
 * heap and the symbols in a linked list: O(n log n), however regular the text. Buffers are reused;
 * not thread-safe.
 */
final class Merger {
  /** Up to here scanning beats the heap. */
  private static final int SHORT = 48;

  private final MergeTable table;
  private long[] merges = new long[SHORT];
  private int[] next = new int[0];
  private int[] previous = new int[0];
  private final LongHeap heap = new LongHeap();

  Merger(MergeTable table) {
    this.table = table;
  }

  /** Merges the first {@code count} symbols in place; returns how many are left. */
  int merge(int[] symbols, int count) {
    return count <= SHORT ? scan(symbols, count) : link(symbols, count);
  }

  private int scan(int[] symbols, int given) {
    int count = given;
    for (int i = 0; i + 1 < count; i++) {
      merges[i] = table.find(symbols[i], symbols[i + 1]);
    }
    while (count > 1) {
      int best = lowest(count - 1);
      if (merges[best] == MergeTable.NONE) {
        break;
      }
      symbols[best] = (int) merges[best];
      count--;
      System.arraycopy(symbols, best + 2, symbols, best + 1, count - best - 1);
      System.arraycopy(merges, best + 1, merges, best, count - best - 1);
      if (best > 0) {
        merges[best - 1] = table.find(symbols[best - 1], symbols[best]);
      }
      if (best + 1 < count) {
        merges[best] = table.find(symbols[best], symbols[best + 1]);
      }
    }
    return count;
  }

  /**
   * Index of the merge of lowest rank; ties go to the left, as equal ranks may merge to unequal.
   */
  private int lowest(int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (merges[i] >> 32 < merges[best] >> 32) {
        best = i;
      }
    }
    return best;
  }

  private int link(int[] symbols, int count) {
    reserve(count);
    heap.clear();
    for (int i = 0; i < count; i++) {
      previous[i] = i - 1;
      next[i] = i + 1;
    }
    for (int i = 0; i < count; i++) {
      offer(symbols, i, count);
    }
    while (!heap.isEmpty()) {
      long lowest = heap.poll();
      int at = (int) lowest;
      if (merges[at] != MergeTable.NONE && merges[at] >> 32 == lowest >> 32) {
        join(symbols, at, count);
      }
    }
    return compact(symbols, count);
  }

  private void reserve(int count) {
    if (next.length < count) {
      int capacity = Math.max(count, next.length * 2);
      next = new int[capacity];
      previous = new int[capacity];
      merges = Arrays.copyOf(merges, Math.max(capacity, merges.length));
    }
  }

  /** Looks up the pair that starts at a symbol and queues it if it merges. */
  private void offer(int[] symbols, int at, int count) {
    long merge = next[at] < count ? table.find(symbols[at], symbols[next[at]]) : MergeTable.NONE;
    merges[at] = merge;
    if (merge != MergeTable.NONE) {
      heap.add((merge & 0xFFFFFFFF_00000000L) | at);
    }
  }

  private void join(int[] symbols, int at, int count) {
    int gone = next[at];
    symbols[at] = (int) merges[at];
    merges[gone] = MergeTable.NONE;
    next[at] = next[gone];
    if (next[gone] < count) {
      previous[next[gone]] = at;
    }
    offer(symbols, at, count);
    if (previous[at] >= 0) {
      offer(symbols, previous[at], count);
    }
  }

  private int compact(int[] symbols, int count) {
    int left = 0;
    for (int i = 0; i < count; i = next[i]) {
      symbols[left++] = symbols[i];
    }
    return left;
  }
}
