package io.tokenlane.engine.sample;

import java.util.Arrays;

/** How often each token of a sequence was generated; open addressing, no boxing. */
final class TokenCounts {
  private static final int EMPTY = -1;

  private int[] ids = newTable(64);
  private int[] generated = new int[64];
  private int size;

  /** Notes a token of the prompt: known, not generated. */
  void see(int id) {
    slotOf(id);
  }

  void count(int id) {
    // First the slot: finding one may replace the array.
    int slot = slotOf(id);
    generated[slot]++;
  }

  void uncount(int id) {
    int slot = slotOf(id);
    generated[slot] = Math.max(0, generated[slot] - 1);
  }

  /** Slots to walk; those with a negative {@link #id} are empty. */
  int slots() {
    return ids.length;
  }

  int id(int slot) {
    return ids[slot];
  }

  int generated(int slot) {
    return generated[slot];
  }

  private int slotOf(int id) {
    int slot = find(id);
    if (ids[slot] == EMPTY) {
      if (++size > ids.length / 2) {
        grow();
        slot = find(id);
      }
      ids[slot] = id;
    }
    return slot;
  }

  private int find(int id) {
    int mask = ids.length - 1;
    int slot = (id * 0x9E3779B9) >>> 7 & mask;
    while (ids[slot] != EMPTY && ids[slot] != id) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    int[] oldIds = ids;
    int[] oldGenerated = generated;
    ids = newTable(oldIds.length * 2);
    generated = new int[oldIds.length * 2];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != EMPTY) {
        int slot = find(oldIds[i]);
        ids[slot] = oldIds[i];
        generated[slot] = oldGenerated[i];
      }
    }
  }

  private static int[] newTable(int length) {
    int[] table = new int[length];
    Arrays.fill(table, EMPTY);
    return table;
  }
}
