package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Brings numbers from the device to the host, by way of pinned memory that grows as needed. */
final class Results {
  private final Driver driver;
  private MemorySegment pinned = MemorySegment.NULL;

  Results(Driver driver) {
    this.driver = driver;
  }

  /** Waits for the device; then the first {@code count} float32 values at an address are there. */
  void copy(long from, float[] to, int count) {
    long bytes = (long) count * Float.BYTES;
    if (pinned.byteSize() < bytes) {
      pinned = driver.pinned(Math.max(bytes, 2 * pinned.byteSize()));
    }
    driver.copyOut(pinned, from, bytes);
    driver.synchronize();
    MemorySegment.copy(pinned, ValueLayout.JAVA_FLOAT, 0, to, 0, count);
  }
}
