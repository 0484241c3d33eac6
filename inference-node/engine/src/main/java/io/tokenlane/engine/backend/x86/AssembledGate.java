package io.tokenlane.engine.backend.x86;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** SwiGLU by machine code for AVX-512. One for each thread. */
public final class AssembledGate {
  private static final int LANES = 16;

  private final MemorySegment function = Loaded.FUNCTION;
  private final MemorySegment arguments = Arena.ofAuto().allocate(GateCode.ARGUMENTS, 64);

  /** Assembled when it is first asked for. */
  private static final class Loaded {
    static final MemorySegment FUNCTION = MachineCode.load(new byte[][] {GateCode.assemble()})[0];
  }

  /** Where AVX-512 code runs. */
  public AssembledGate() {
    ExpCode.constants(arguments, GateCode.EXP);
  }

  /** Whether it takes rows of so many numbers. */
  public static boolean takes(int width) {
    return width % LANES == 0;
  }

  /**
   * {@code out[to + i] = silu(gateUp[at + i]) * gateUp[at + width + i]}.
   *
   * @param gateUp float32 on the heap
   * @param out float32 on the heap
   */
  public void swiGlu(MemorySegment gateUp, int at, MemorySegment out, int to, int width) {
    argument(0, width / LANES);
    argument(1, (long) at * Float.BYTES);
    argument(2, (long) (at + width) * Float.BYTES);
    argument(3, (long) to * Float.BYTES);
    MachineCode.call(function, arguments, gateUp, out);
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
