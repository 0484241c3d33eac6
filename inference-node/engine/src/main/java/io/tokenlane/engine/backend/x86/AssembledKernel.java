package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import io.tokenlane.engine.backend.int8.Int8Rows.Form;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Multiplies with machine code that was assembled for this machine's instructions. */
public final class AssembledKernel implements Int8Kernel {
  private static final int ARGUMENTS = 9;
  private static final int PAIRS_TO_TURNS = 2 * TileFrame.UNROLLED;

  private static final MemorySegment CONSTANTS = constants();

  private final MemorySegment[] functions;
  private final boolean bytes;
  private final MemorySegment arguments =
      Arena.ofAuto().allocate((long) ARGUMENTS * Long.BYTES, 64);

  /**
   * @throws IllegalStateException if this machine cannot run such code
   */
  public AssembledKernel(Instructions instructions) {
    this.functions = instructions.functions();
    bytes = instructions.readsBytes();
    argument(8, CONSTANTS.address());
  }

  private static MemorySegment constants() {
    int[] constants = ByteTileCode.constants();
    MemorySegment memory = Arena.global().allocate((long) constants.length * Integer.BYTES, 64);
    MemorySegment.copy(constants, 0, memory, ValueLayout.JAVA_INT, 0, constants.length);
    return memory;
  }

  @Override
  public Form form() {
    return bytes ? Form.BYTES : Form.SHORTS;
  }

  @Override
  public void multiply(Int8Matrix weights, int panel, int panels, Tile tile, MemorySegment out) {
    Int8Rows rows = tile.rows();
    MemorySegment memory = weights.memory();
    argument(0, memory.address() + panel * weights.panelBytes());
    long values = rows.valuesOf(tile.index());
    if (bytes) {
      argument(1, rows.bytes().address() + values / Short.BYTES);
      argument(7, rows.sums().address() + rows.scalesOf(tile.index()));
    } else {
      argument(1, rows.values().address() + values);
    }
    argument(2, rows.scales().address() + rows.scalesOf(tile.index()));
    argument(3, out.address());
    argument(4, panels);
    argument(5, weights.groups());
    argument(6, weights.group() / PAIRS_TO_TURNS);
    MachineCode.call(functions[tile.count() - 1], arguments);
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
