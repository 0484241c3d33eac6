package io.tokenlane.compress;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A sequence in which every run of elements that stand only once, or belong to no phrase, is a
 * single symbol: such a run is part of no repeat, and the rest is sooner sorted. Symbols are
 * numbered as they first stand, so suffixes keep their order.
 *
 * @param sequence symbols from 0 up to, not including, {@code symbols}
 * @param places where each element stood
 * @param closed elements that belong to no phrase
 */
@SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
record Repeated(int[] sequence, int symbols, int[] places, BitSet closed) {
  /**
   * @param all elements from 0 up to, not including, {@code kinds}
   * @param ends elements that belong to no phrase
   */
  static Repeated in(int[] all, int kinds, BitSet ends) {
    byte[] uses = uses(all, kinds, ends);
    int[] numbers = new int[kinds];
    Arrays.fill(numbers, -1);
    int[] sequence = new int[all.length];
    int[] places = new int[all.length];
    BitSet closed = new BitSet(all.length);
    int size = 0;
    int next = 0;
    for (int i = 0; i < all.length; i++) {
      boolean once = ends.get(i) || uses[all[i]] == 1;
      if (once && size > 0 && closed.get(size - 1)) {
        continue;
      }
      closed.set(size, once);
      places[size] = i;
      if (!once && numbers[all[i]] < 0) {
        numbers[all[i]] = next++;
      }
      sequence[size++] = once ? next++ : numbers[all[i]];
    }
    return new Repeated(Arrays.copyOf(sequence, size), next, Arrays.copyOf(places, size), closed);
  }

  /** 0, 1, or 2 for more. */
  private static byte[] uses(int[] all, int kinds, BitSet ends) {
    byte[] uses = new byte[kinds];
    for (int i = 0; i < all.length; i++) {
      if (!ends.get(i) && uses[all[i]] < 2) {
        uses[all[i]]++;
      }
    }
    return uses;
  }
}
