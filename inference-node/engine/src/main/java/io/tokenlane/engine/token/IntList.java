package io.tokenlane.engine.token;

import java.util.Arrays;

/** A growing array of ints. */
final class IntList {
  private int[] items = new int[64];
  private int size;

  void add(int item) {
    if (size == items.length) {
      items = Arrays.copyOf(items, size * 2);
    }
    items[size++] = item;
  }

  void addAll(int[] more, int count) {
    while (size + count > items.length) {
      items = Arrays.copyOf(items, items.length * 2);
    }
    System.arraycopy(more, 0, items, size, count);
    size += count;
  }

  int size() {
    return size;
  }

  /** The backing array; only entries below {@link #size()} count. */
  int[] items() {
    return items;
  }

  void clear() {
    size = 0;
  }

  int[] toArray() {
    return Arrays.copyOf(items, size);
  }
}
