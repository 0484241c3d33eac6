package io.tokenlane.engine.sample;

import java.util.Arrays;

/**
 * Which tokens a sequence holds: those of its prompt, and how often each was generated. Open
 * addressing, no boxing.
 */
final class TokenCounts {
  private static final int EMPTY = -1;

  private int[] ids = newTable(64);
  private int[] generated = new int[64];
  private boolean[] prompt = new boolean[64];
  private int size;

  /** Notes a token of the prompt: known, not generated. */
  void see(int id) {
    // First the slot, here and below: finding one may replace the array.
    int slot = slotOf(id);
    prompt[slot] = true;
  }

  void count(int id) {
    int slot = slotOf(id);
    generated[slot]++;
  }

  void uncount(int id) {
    int slot = slotOf(id);
    generated[slot] = Math.max(0, generated[slot] - 1);
  }

  /** Slots to walk; they may be empty, or of a token that was taken back. */
  int slots() {
    return ids.length;
  }

  /** Whether the sequence holds a slot's token. */
  boolean isSeen(int slot) {
    return prompt[slot] || generated[slot] > 0;
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
    boolean[] oldPrompt = prompt;
    ids = newTable(oldIds.length * 2);
    generated = new int[oldIds.length * 2];
    prompt = new boolean[oldIds.length * 2];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != EMPTY) {
        int slot = find(oldIds[i]);
        ids[slot] = oldIds[i];
        generated[slot] = oldGenerated[i];
        prompt[slot] = oldPrompt[i];
      }
    }
  }

  private static int[] newTable(int length) {
    int[] table = new int[length];
    Arrays.fill(table, EMPTY);
    return table;
  }
}
