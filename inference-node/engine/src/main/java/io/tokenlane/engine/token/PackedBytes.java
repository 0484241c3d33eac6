package io.tokenlane.engine.token;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Many short byte strings by number, one behind another in one array: a vocabulary's tokens take
 * their bytes and an int each, not an object each. Immutable.
 */
public final class PackedBytes {
  private final byte[] bytes;
  private final int[] ends;

  /**
   * @param count how many
   * @param source gives each, asked once from 0 on
   */
  public PackedBytes(int count, IntFunction<byte[]> source) {
    byte[] all = new byte[Math.max(16, 8 * count)];
    ends = new int[count];
    int end = 0;
    for (int i = 0; i < count; i++) {
      byte[] next = source.apply(i);
      if (next.length > all.length - end) {
        all = Arrays.copyOf(all, Math.addExact(2 * end, next.length));
      }
      System.arraycopy(next, 0, all, end, next.length);
      end += next.length;
      ends[i] = end;
    }
    bytes = Arrays.copyOf(all, end);
  }

  /** How many there are. */
  public int size() {
    return ends.length;
  }

  /** A copy of one. */
  public byte[] get(int index) {
    return Arrays.copyOfRange(bytes, begin(index), ends[index]);
  }

  private int begin(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }
}
