package io.tokenlane.compress;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Finds the latest place where so many pieces stand in a row: open addressing, at most half full,
 * so four to sixteen bytes a place. Not for several threads.
 */
final class Starts {
  /** Unknown to whoever wrote the texts, so that none makes many starts share a slot. */
  private static final long SEED = new SplittableRandom().nextLong();

  private final int length;

  /** One more than the place; 0 for a free slot. */
  private int[] slots = new int[256];

  private int used;

  /**
   * @param length how many pieces make a start; ≥ 1
   */
  Starts(int length) {
    this.length = length;
  }

  /** One more place, later than all before. */
  void add(int[] pieces, int at) {
    if (2 * used >= slots.length) {
      grow(pieces);
    }
    int slot = slot(pieces, pieces, at);
    used += slots[slot] == 0 ? 1 : 0;
    slots[slot] = at + 1;
  }

  /**
   * The latest place of the pieces that stand in a sequence; -1 if there is none.
   *
   * @param pieces those that the places are in
   */
  int latest(int[] pieces, int[] sequence, int from) {
    return slots[slot(pieces, sequence, from)] - 1;
  }

  /** That of this start, or the free one where it belongs. */
  private int slot(int[] pieces, int[] sequence, int from) {
    int slot = hash(sequence, from) & (slots.length - 1);
    while (slots[slot] != 0 && !isAt(pieces, slots[slot] - 1, sequence, from)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private boolean isAt(int[] pieces, int place, int[] sequence, int from) {
    return Arrays.equals(pieces, place, place + length, sequence, from, from + length);
  }

  private int hash(int[] sequence, int from) {
    long hash = SEED;
    for (int i = from; i < from + length; i++) {
      hash = (hash ^ sequence[i]) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    return (int) (hash >>> 32) ^ (int) hash;
  }

  private void grow(int[] pieces) {
    int[] before = slots;
    slots = new int[2 * before.length];
    for (int place : before) {
      if (place != 0) {
        slots[slot(pieces, pieces, place - 1)] = place;
      }
    }
  }
}
