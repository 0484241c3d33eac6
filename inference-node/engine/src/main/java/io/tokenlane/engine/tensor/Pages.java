package io.tokenlane.engine.tensor;

import java.lang.foreign.MemorySegment;

/** The resident pages of mapped files. */
public final class Pages {
  /** At least a page on every machine. */
  private static final long ALIGNMENT = 1 << 16;

  /** {@code MADV_DONTNEED} of Linux: on a shared mapping, pages are read from the file again. */
  private static final int DONT_NEED = 4;

  private Pages() {}

  /** Gives back the whole pages of a mapped file's part; does nothing to other memory. */
  public static void release(MemorySegment memory) {
    if (memory.isMapped()) {
      SystemMemory.advise(memory, ALIGNMENT, DONT_NEED);
    }
  }
}
