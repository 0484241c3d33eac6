package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import java.util.ArrayList;
import java.util.List;

/** All memory that a backend holds on its device, but for KV stores. */
final class DeviceMemory {
  private final Driver driver;
  private final List<Long> held = new ArrayList<>();
  private long bytes;

  DeviceMemory(Driver driver) {
    this.driver = driver;
  }

  /** Memory with undefined contents, held until the end. */
  long allocate(long size) {
    long address = driver.allocate(Math.max(1, size));
    held.add(address);
    bytes += size;
    return address;
  }

  /** Memory that is all zeros. */
  long zeros(long size) {
    long address = allocate(size);
    driver.clear(address, Math.max(1, size));
    return address;
  }

  /** Number of allocations so far: as long as it stays, so do all addresses. */
  int allocations() {
    return held.size();
  }

  /** Bytes that are held. */
  long bytes() {
    return bytes;
  }

  /**
   * Work space that grows. What was handed out before stays valid until the end: launches that are
   * written down, and graphs, may still name it.
   */
  final class Scratch {
    private long address;
    private long size;

    /** At least so many bytes; the contents are lost where it has to grow. */
    long atLeast(long wanted) {
      if (wanted > size) {
        long grown = Math.max(wanted, size + size / 2);
        address = allocate(grown);
        size = grown;
      }
      return address;
    }
  }

  /** Places that kernels count in and leave as zeros. It grows; there are at least so many. */
  final class Counters {
    private long address;
    private int count;

    long atLeast(int wanted) {
      if (wanted > count) {
        address = zeros((long) wanted * Integer.BYTES);
        count = wanted;
      }
      return address;
    }
  }

  void close() {
    held.forEach(driver::free);
    held.clear();
    bytes = 0;
  }
}
