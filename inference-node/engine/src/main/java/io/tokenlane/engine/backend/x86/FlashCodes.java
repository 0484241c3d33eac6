package io.tokenlane.engine.backend.x86;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What {@link FlashCode} gave, loaded once in a process. */
final class FlashCodes {
  private static final ConcurrentMap<Key, MemorySegment> LOADED = new ConcurrentHashMap<>();

  private FlashCodes() {}

  /** What a function is for. */
  private record Key(int queries, int dim, boolean bytes) {}

  /** The function for groups of so many queries of so many elements. */
  static MemorySegment of(int queries, int dim, boolean bytes) {
    return LOADED.computeIfAbsent(
        new Key(queries, dim, bytes),
        key -> MachineCode.load(new byte[][] {FlashCode.assemble(queries, dim, bytes)})[0]);
  }
}
