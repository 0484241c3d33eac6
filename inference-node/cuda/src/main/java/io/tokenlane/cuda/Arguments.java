package io.tokenlane.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes the one structure that a kernel takes, field by field, each at its own alignment, as the
 * compilers of host and device lay it out.
 */
final class Arguments {
  private static final int MOST_BYTES = 512;

  private final MemorySegment memory;
  private long at;

  Arguments(Arena arena) {
    memory = arena.allocate(MOST_BYTES, Long.BYTES);
  }

  Arguments begin() {
    at = 0;
    return this;
  }

  /** An address on the device, or another number of 8 bytes. */
  Arguments address(long value) {
    at = -(-at & -Long.BYTES);
    memory.set(ValueLayout.JAVA_LONG, at, value);
    at += Long.BYTES;
    return this;
  }

  Arguments number(int value) {
    memory.set(ValueLayout.JAVA_INT, at, value);
    at += Integer.BYTES;
    return this;
  }

  Arguments number(float value) {
    memory.set(ValueLayout.JAVA_FLOAT, at, value);
    at += Float.BYTES;
    return this;
  }

  /** What was written, filled up to whole 8 bytes. */
  MemorySegment block() {
    long end = -(-at & -Long.BYTES);
    if (end > at) {
      memory.set(ValueLayout.JAVA_INT, at, 0);
    }
    return memory.asSlice(0, end);
  }
}
