package io.tokenlane.engine.backend.x86;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What {@link FlashCode} gave, loaded once in a process. */
final class FlashCodes {
  private static final ConcurrentMap<FlashCode.Form, MemorySegment> LOADED =
      new ConcurrentHashMap<>();

  private FlashCodes() {}

  static MemorySegment of(FlashCode.Form form) {
    return LOADED.computeIfAbsent(
        form, each -> MachineCode.load(new byte[][] {FlashCode.assemble(each)})[0]);
  }
}
