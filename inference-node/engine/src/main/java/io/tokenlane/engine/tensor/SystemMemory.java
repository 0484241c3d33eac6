package io.tokenlane.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Large memory straight from the system (Linux: mmap): zeros that take no room before they are
 * written, which an arena's own memory does at once, in huge pages where the system has them.
 * Elsewhere, or where it is refused, the arena's own memory.
 */
@SuppressWarnings("restricted") // memory that the arena gives back
public final class SystemMemory {
  private static final Linker LINKER = Linker.nativeLinker();

  /** {@code sys/mman.h} of Linux. */
  private static final int PROT_READ_WRITE = 3;

  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int HUGE_PAGES = 14;
  private static final long HUGE_PAGE = 1 << 21;

  private static final Optional<MethodHandle> MMAP =
      find(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));

  private static final Optional<MethodHandle> MUNMAP =
      find(
          "munmap",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

  private static final Optional<MethodHandle> MADVISE =
      find(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private SystemMemory() {}

  private static Optional<MethodHandle> find(String name, FunctionDescriptor type) {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.empty();
    }
    return LINKER.defaultLookup().find(name).map(at -> LINKER.downcallHandle(at, type));
  }

  /**
   * Zeros, aligned to a page, until the arena is closed.
   *
   * @param bytes at least 1
   * @param dense whether all of it will be written, so that huge pages waste none
   */
  public static MemorySegment zeros(long bytes, boolean dense, Arena arena) {
    Optional<MemorySegment> pages =
        MUNMAP.isEmpty() || bytes < HUGE_PAGE ? Optional.empty() : pages(bytes);
    if (pages.isEmpty()) {
      return arena.allocate(bytes, 4096);
    }
    MethodHandle munmap = MUNMAP.get();
    MemorySegment memory = pages.get().reinterpret(arena, whole -> unmap(munmap, whole));
    if (dense) {
      advise(memory, HUGE_PAGE, HUGE_PAGES);
    }
    return memory;
  }

  /** Pages of zeros that stay until the process ends; empty where the system gives none. */
  public static Optional<MemorySegment> pages(long bytes) {
    if (MMAP.isEmpty()) {
      return Optional.empty();
    }
    try {
      MemorySegment begin =
          (MemorySegment)
              MMAP.get()
                  .invokeExact(
                      MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      return begin.address() == -1 ? Optional.empty() : Optional.of(begin.reinterpret(bytes));
    } catch (Throwable e) {
      throw new IllegalStateException("mmap: " + e, e);
    }
  }

  /**
   * Tells the kernel what to do with the part of memory that is made of whole units, where it is
   * Linux. It is advice: where the kernel does not take it, all stays as it is.
   */
  static void advise(MemorySegment memory, long unit, int advice) {
    long begin = -(-memory.address() & -unit);
    long end = (memory.address() + memory.byteSize()) & -unit;
    if (MADVISE.isEmpty() || begin >= end) {
      return;
    }
    MemorySegment part = memory.asSlice(begin - memory.address(), end - begin);
    try {
      int ignored = (int) MADVISE.get().invokeExact(part, end - begin, advice);
    } catch (Throwable e) {
      throw new IllegalStateException("madvise: " + e, e);
    }
  }

  private static void unmap(MethodHandle munmap, MemorySegment memory) {
    try {
      int ignored = (int) munmap.invokeExact(memory, memory.byteSize());
    } catch (Throwable e) {
      throw new IllegalStateException("munmap: " + e, e);
    }
  }
}
