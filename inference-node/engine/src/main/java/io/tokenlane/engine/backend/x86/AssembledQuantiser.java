package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Norms and quantises rows by machine code for AVX-512. One for each thread. */
public final class AssembledQuantiser {
  private static final int[] GROUPS = {32, 64, 128};

  private final MemorySegment arguments = Arena.ofAuto().allocate(QuantiseCode.ARGUMENTS, 64);
  private int normed;

  /** Assembled when they are first asked for. */
  private static final class Loaded {
    static final MemorySegment[] FUNCTIONS = load();

    private static MemorySegment[] load() {
      byte[][] code = new byte[2 * GROUPS.length][];
      for (int i = 0; i < GROUPS.length; i++) {
        code[2 * i] = QuantiseCode.assemble(GROUPS[i], false);
        code[2 * i + 1] = QuantiseCode.assemble(GROUPS[i], true);
      }
      return MachineCode.load(code);
    }
  }

  /** Where AVX-512 code runs. */
  public AssembledQuantiser() {
    QuantiseCode.constants(arguments);
  }

  /**
   * Says how the next row is normed.
   *
   * @param gain what its elements are multiplied by; {@code NULL}: it is not normed
   * @param factor what they are multiplied by before
   */
  public void norm(MemorySegment gain, float factor) {
    argument(2, gain.address());
    arguments.set(ValueLayout.JAVA_FLOAT, 3 * Long.BYTES, factor);
    normed = gain.address() == 0 ? 0 : 1;
  }

  /**
   * Quantises a row of whole groups, of 32, 64 or 128.
   *
   * @param in float32 on the heap
   * @param at where the row begins in there
   * @param into rows in bytes, of which it becomes {@code row}
   */
  public void quantise(MemorySegment in, int at, Int8Rows into, int row) {
    argument(0, into.groups());
    argument(1, (long) at * Float.BYTES);
    argument(4, into.fours().address() + into.foursOfRow(row));
    argument(5, into.scales().address() + into.scalesOfRow(row));
    argument(6, into.strideOf(row));
    int index = 2 * (into.group() / GROUPS[1]) + normed;
    MachineCode.call(Loaded.FUNCTIONS[index], arguments, in, in);
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
