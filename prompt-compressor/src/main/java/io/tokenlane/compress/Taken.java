package io.tokenlane.compress;

import java.util.BitSet;

/**
 * Which elements of a sequence are taken. A second level tells which words of 64 hold any, so that
 * asking for a range looks at its two ends and a 4096th of what lies between.
 */
final class Taken {
  private static final int WORD_BITS = 6;

  private final long[] words;
  private final BitSet filled = new BitSet();

  Taken(int size) {
    this.words = new long[(size >> WORD_BITS) + 1];
  }

  /**
   * @param length ≥ 1
   */
  void take(int start, int length) {
    int first = start >> WORD_BITS;
    int last = (start + length - 1) >> WORD_BITS;
    for (int word = first; word <= last; word++) {
      words[word] |= mask(word, start, start + length);
    }
    filled.set(first, last + 1);
  }

  /** The bits of a word that lie within a range. */
  private static long mask(int word, int start, int end) {
    long from = word == start >> WORD_BITS ? -1L << start : -1L;
    return word == (end - 1) >> WORD_BITS ? from & (-1L >>> -end) : from;
  }

  /**
   * Whether no element of a range is taken.
   *
   * @param length ≥ 1
   */
  boolean isFree(int start, int length) {
    int first = start >> WORD_BITS;
    int last = (start + length - 1) >> WORD_BITS;
    if ((words[first] & mask(first, start, start + length)) != 0
        || (words[last] & mask(last, start, start + length)) != 0) {
      return false;
    }
    int between = filled.nextSetBit(first + 1);
    return between < 0 || between >= last;
  }
}
