package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Grid;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The launches of a step, written down before any of them runs: kernel, grid and arguments, one
 * behind another in one array. Two steps whose lists are equal do the same to the same memory, so
 * that a graph of the one runs the other.
 */
final class LaunchList {
  /** Kernel, grid in two dimensions, shared memory, length of the arguments. */
  private static final int HEAD = 5 * Integer.BYTES;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final Kernel[] KERNELS = Kernel.values();
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private byte[] bytes = new byte[1 << 14];
  private int length;
  private int launches;

  /** Takes launches one by one. */
  interface Launches {
    void launch(Kernel kernel, Grid grid, MemorySegment arguments);
  }

  void clear() {
    length = 0;
    launches = 0;
  }

  void add(Kernel kernel, int x, int y, MemorySegment arguments) {
    add(kernel, new Grid(x, y, kernel.threads()), arguments);
  }

  @SuppressWarnings("EnumOrdinal") // an index into the list above, within this process
  void add(Kernel kernel, Grid grid, MemorySegment arguments) {
    int size = (int) arguments.byteSize();
    if (length + HEAD + size > bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * (bytes.length + size));
    }
    MemorySegment memory = MemorySegment.ofArray(bytes);
    memory.set(INT, length, kernel.ordinal());
    memory.set(INT, length + 4, grid.x());
    memory.set(INT, length + 8, grid.y());
    memory.set(INT, length + 12, grid.sharedBytes());
    memory.set(INT, length + 16, size);
    MemorySegment.copy(arguments, 0, memory, length + HEAD, size);
    length += HEAD + size;
    launches++;
  }

  /** Hands all launches out, in order. */
  void each(Launches to) {
    MemorySegment memory = MemorySegment.ofArray(bytes);
    for (int at = 0; at < length; ) {
      Kernel kernel = KERNELS[memory.get(INT, at)];
      int size = memory.get(INT, at + 16);
      int x = memory.get(INT, at + 4);
      int y = memory.get(INT, at + 8);
      Grid grid = new Grid(x, y, kernel.threads(), memory.get(INT, at + 12));
      to.launch(kernel, grid, memory.asSlice(at + HEAD, size));
      at += HEAD + size;
    }
  }

  /** Whether its first launch is of that kernel. */
  boolean beginsWith(Kernel kernel) {
    return launches > 0 && KERNELS[MemorySegment.ofArray(bytes).get(INT, 0)] == kernel;
  }

  /** Number of launches. */
  int size() {
    return launches;
  }

  boolean isEmpty() {
    return launches == 0;
  }

  /** A copy to compare with later. */
  byte[] content() {
    return Arrays.copyOf(bytes, length);
  }

  boolean isSameAs(byte[] content) {
    return Arrays.equals(bytes, 0, length, content, 0, content.length);
  }

  /** A number that equal lists share. */
  int hash() {
    int hash = 1;
    for (int i = 0; i < length; i += Integer.BYTES) {
      hash = 31 * hash + (int) WORDS.get(bytes, i);
    }
    return hash;
  }
}
