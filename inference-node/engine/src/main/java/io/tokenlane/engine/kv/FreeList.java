package io.tokenlane.engine.kv;

import java.util.Arrays;

/**
 * Block ids in the order in which they are to be taken, as a doubly linked list inside two arrays:
 * every operation is O(1) and allocates nothing.
 */
final class FreeList {
  private static final int ABSENT = -1;

  private final int[] next;
  private final int[] previous;

  /** Index of the sentinel that closes the ring. */
  private final int end;

  private int size;

  FreeList(int blocks) {
    end = blocks;
    next = new int[blocks + 1];
    previous = new int[blocks + 1];
    Arrays.fill(next, ABSENT);
    Arrays.fill(previous, ABSENT);
    next[end] = end;
    previous[end] = end;
    for (int block = 0; block < blocks; block++) {
      addLast(block);
    }
  }

  int size() {
    return size;
  }

  boolean contains(int block) {
    return next[block] != ABSENT;
  }

  void addFirst(int block) {
    link(block, end, next[end]);
  }

  void addLast(int block) {
    link(block, previous[end], end);
  }

  int takeFirst() {
    int block = next[end];
    remove(block);
    return block;
  }

  void remove(int block) {
    next[previous[block]] = next[block];
    previous[next[block]] = previous[block];
    next[block] = ABSENT;
    previous[block] = ABSENT;
    size--;
  }

  /** Length of the chain from the first to the last, counted link by link. */
  int countLinks() {
    int count = 0;
    for (int block = next[end]; block != end && count <= end; block = next[block]) {
      count++;
    }
    return count;
  }

  private void link(int block, int before, int after) {
    previous[block] = before;
    next[block] = after;
    next[before] = block;
    previous[after] = block;
    size++;
  }
}
