package io.tokenlane.engine.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The resident pages of mapped files. */
public final class Pages {
  /** At least a page on every machine. */
  private static final long ALIGNMENT = 1 << 16;

  /** {@code MADV_DONTNEED} of Linux: on a shared mapping, pages are read from the file again. */
  private static final int DONT_NEED = 4;

  private static final Optional<MethodHandle> MADVISE = madvise();

  private Pages() {}

  @SuppressWarnings("restricted") // a call that cannot write memory
  private static Optional<MethodHandle> madvise() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    return linker
        .defaultLookup()
        .find("madvise")
        .map(address -> linker.downcallHandle(address, signature));
  }

  /** Gives back the whole pages of a mapped file's part; does nothing to other memory. */
  public static void release(MemorySegment memory) {
    if (!memory.isMapped() || MADVISE.isEmpty()) {
      return;
    }
    long begin = -(-memory.address() & -ALIGNMENT);
    long end = (memory.address() + memory.byteSize()) & -ALIGNMENT;
    if (begin >= end) {
      return;
    }
    MemorySegment pages = memory.asSlice(begin - memory.address(), end - begin);
    try {
      // It is advice: where the kernel does not take it, the pages stay until it needs them.
      int ignored = (int) MADVISE.get().invokeExact(pages, end - begin, DONT_NEED);
    } catch (Throwable e) {
      throw new IllegalStateException("madvise: " + e, e);
    }
  }
}
