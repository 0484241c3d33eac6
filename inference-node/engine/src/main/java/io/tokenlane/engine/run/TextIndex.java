package io.tokenlane.engine.run;

import java.util.Arrays;

/**
 * Where triples of neighbouring tokens stood last in a sequence, to draft what followed them then
 * (Saxena 2023, "Prompt Lookup Decoding"). Grows with the sequence; a lookup costs the same however
 * long that is.
 */
final class TextIndex {
  private static final int EMPTY = -1;
  private static final int LONGEST = 3;
  private static final int SHORTEST = 3;

  /** Position behind the last such triple, by hash; compared on a hit. */
  private int[] ends = empty(256);

  private int used;
  private int indexed;

  /**
   * What followed the sequence's last tokens when they stood before.
   *
   * @param length tokens of the sequence
   * @param drafts receives it
   * @param most how many at the most
   * @return how many; 0 if they never stood before
   */
  int draft(int[] tokens, int length, int[] drafts, int most) {
    index(tokens, length);
    for (int size = LONGEST; size >= SHORTEST; size--) {
      int end = length < size ? EMPTY : find(tokens, length, size);
      if (end != EMPTY) {
        return copy(tokens, length, end, drafts, most);
      }
    }
    return 0;
  }

  /** Text that repeats itself goes on repeating: what is copied may reach into the copy. */
  private static int copy(int[] tokens, int length, int from, int[] drafts, int most) {
    for (int i = 0; i < most; i++) {
      int at = from + i;
      drafts[i] = at < length ? tokens[at] : drafts[at - length];
    }
    return most;
  }

  /** Takes in what the sequence grew by, but for its last token, which nothing follows yet. */
  private void index(int[] tokens, int length) {
    for (indexed = Math.min(indexed, length - 1); indexed < length - 1; indexed++) {
      for (int size = SHORTEST; size <= LONGEST && size <= indexed + 1; size++) {
        put(tokens, indexed + 1, size);
      }
    }
  }

  private void put(int[] tokens, int end, int size) {
    if (2 * ++used > ends.length) {
      grow(tokens);
    }
    int slot = slot(tokens, end, size);
    used -= ends[slot] == EMPTY ? 0 : 1;
    ends[slot] = end * (LONGEST + 1) + size;
  }

  private int find(int[] tokens, int end, int size) {
    int found = ends[slot(tokens, end, size)];
    int at = found == EMPTY ? end : found / (LONGEST + 1);
    // Entries of tokens that were taken back may lie beyond the end.
    return at < end ? at : EMPTY;
  }

  /** The slot that holds these tokens, or the empty one where they belong. */
  private int slot(int[] tokens, int end, int size) {
    int hash = size;
    for (int i = end - size; i < end; i++) {
      hash = (hash ^ tokens[i]) * 0x9E3779B9;
      hash ^= hash >>> 15;
    }
    int mask = ends.length - 1;
    int slot = hash & mask;
    while (ends[slot] != EMPTY && !same(tokens, ends[slot], end, size)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static boolean same(int[] tokens, int entry, int end, int size) {
    int other = entry / (LONGEST + 1);
    return entry % (LONGEST + 1) == size
        && Arrays.equals(tokens, other - size, other, tokens, end - size, end);
  }

  private void grow(int[] tokens) {
    int[] old = ends;
    ends = empty(old.length * 2);
    for (int entry : old) {
      if (entry != EMPTY) {
        ends[slot(tokens, entry / (LONGEST + 1), entry % (LONGEST + 1))] = entry;
      }
    }
  }

  private static int[] empty(int length) {
    int[] array = new int[length];
    Arrays.fill(array, EMPTY);
    return array;
  }
}
