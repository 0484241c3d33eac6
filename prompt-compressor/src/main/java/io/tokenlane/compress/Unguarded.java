package io.tokenlane.compress;

import java.util.BitSet;

/**
 * Tells a reader who goes through a text from its start how far each stretch without guards goes.
 * Each is looked through once, however often it is asked for. Not for several threads.
 */
final class Unguarded {
  private final BitSet guarded;
  private final int length;
  private int end = -1;

  /**
   * @param guarded one bit for each UTF-16 unit of the text
   */
  Unguarded(BitSet guarded, int length) {
    this.guarded = guarded;
    this.length = length;
  }

  /**
   * The first guarded unit from here on; the text's length if there is none.
   *
   * @param at no less than before
   */
  int end(int at) {
    if (end < at) {
      int next = guarded.nextSetBit(at);
      end = next < 0 ? length : next;
    }
    return end;
  }
}
