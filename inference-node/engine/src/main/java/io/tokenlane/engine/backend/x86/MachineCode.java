package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.tensor.SystemMemory;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory that holds machine code: written first, then made executable and read-only, so that it is
 * never both (Linux: mmap, mprotect). It stays until the process ends.
 */
@SuppressWarnings("restricted") // running machine code is what this class is for
final class MachineCode {
  private static final Linker LINKER = Linker.nativeLinker();

  /** {@code sys/mman.h} of Linux on x86-64. */
  private static final int PROT_READ_EXECUTE = 5;

  private static final MethodHandle MPROTECT =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("mprotect"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private static final MethodHandle CALL =
      LINKER.downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  /**
   * Arrays are passed where they lie: the collector waits for the call, which takes microseconds.
   */
  private static final MethodHandle CALL_WITH_ARRAYS =
      LINKER.downcallHandle(
          FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
          Linker.Option.critical(true));

  private MachineCode() {}

  /**
   * Loads functions.
   *
   * @return the address of each
   * @throws IllegalStateException if the system refuses memory for code
   */
  static MemorySegment[] load(byte[][] functions) {
    long length = 0;
    for (byte[] function : functions) {
      length += aligned(function.length);
    }
    MemorySegment memory = map(length);
    MemorySegment[] addresses = new MemorySegment[functions.length];
    long at = 0;
    for (int i = 0; i < functions.length; i++) {
      addresses[i] = memory.asSlice(at, functions[i].length);
      addresses[i].copyFrom(MemorySegment.ofArray(functions[i]));
      at += aligned(functions[i].length);
    }
    protect(memory);
    return addresses;
  }

  private static long aligned(long length) {
    return Math.ceilDiv(length, 64L) * 64;
  }

  private static MemorySegment map(long length) {
    return SystemMemory.pages(length)
        .orElseThrow(() -> new IllegalStateException("mmap: refused %d bytes".formatted(length)));
  }

  private static void protect(MemorySegment memory) {
    int result;
    try {
      result = (int) MPROTECT.invokeExact(memory, memory.byteSize(), PROT_READ_EXECUTE);
    } catch (Throwable e) {
      throw new IllegalStateException("mprotect: " + e, e);
    }
    if (result != 0) {
      throw new IllegalStateException("mprotect: the system refused to make memory executable");
    }
  }

  /** Calls a function that takes the address of its arguments. */
  static void call(MemorySegment function, MemorySegment arguments) {
    try {
      CALL.invokeExact(function, arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("machine code: " + e, e);
    }
  }

  /** Calls a function that takes the addresses of its arguments and of two arrays. */
  static void call(
      MemorySegment function, MemorySegment arguments, MemorySegment first, MemorySegment second) {
    try {
      CALL_WITH_ARRAYS.invokeExact(function, arguments, first, second);
    } catch (Throwable e) {
      throw new IllegalStateException("machine code: " + e, e);
    }
  }
}
