package io.tokenlane.engine.backend.vector;

/** Which memory a piece of positions lies in, part by part. */
final class Parts {
  /** Where each part begins, in bytes. */
  final long[] from;

  /** Its first slot, from the first one of the piece; negative if a strip begins before that. */
  final int[] slot;

  /** Its slots. */
  final int[] slots;

  private int size;

  Parts(int most) {
    from = new long[most];
    slot = new int[most];
    slots = new int[most];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  void add(long begin, int firstSlot, int count) {
    from[size] = begin;
    slot[size] = firstSlot;
    slots[size++] = count;
  }
}
