package io.tokenlane.engine.token;

import org.jspecify.annotations.Nullable;

/**
 * Ids of pieces met lately. Each piece has one place, where the last writer wins; entries are
 * immutable, so threads may race on a place and still read whole entries.
 */
final class PieceCache {
  /** Longer pieces hardly come twice. */
  private static final int LONGEST = 32;

  private static final int PLACES = 1 << 14;

  private final @Nullable Entry[] entries = new Entry[PLACES];

  @SuppressWarnings("ArrayRecordComponent") // written once, then only read
  private record Entry(String piece, int[] ids) {}

  /** The ids of a piece; null if they are not known. */
  int @Nullable [] find(String text, int from, int to) {
    if (to - from > LONGEST) {
      return null;
    }
    Entry entry = entries[place(text, from, to)];
    return entry != null && entry.piece.length() == to - from && text.startsWith(entry.piece, from)
        ? entry.ids
        : null;
  }

  void put(String text, int from, int to, int[] ids) {
    if (to - from <= LONGEST) {
      entries[place(text, from, to)] = new Entry(text.substring(from, to), ids);
    }
  }

  private static int place(String text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    hash *= 0x9E3779B9;
    return hash >>> 18;
  }
}
