package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import io.tokenlane.engine.backend.x86.WideTileCode.Ending;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Multiplies with machine code that was assembled for this machine's instructions. */
public final class AssembledKernel implements Int8Kernel {
  private static final int PAIRS_TO_TURNS = 2 * TileFrame.UNROLLED;

  /** Arguments, and behind them two vectors of constants. */
  private static final int MEMORY = 3 * 64;

  private final Instructions instructions;
  private final MemorySegment[] apart;
  private final MemorySegment[] stored;
  private final MemorySegment[] added;
  private final MemorySegment arguments = Arena.ofAuto().allocate(MEMORY, 64);

  /**
   * @throws IllegalStateException if this machine cannot run such code
   */
  public AssembledKernel(Instructions instructions) {
    this.instructions = instructions;
    apart = functions(Ending.APART);
    stored = functions(Ending.STORED);
    added = functions(Ending.ADDED);
    WideTileCode.constants(arguments);
  }

  private MemorySegment[] functions(Ending ending) {
    return instructions.functions().getOrDefault(ending, new MemorySegment[0]);
  }

  @Override
  public Int8Rows.Form form() {
    return instructions == Instructions.AVX512_VNNI ? Int8Rows.Form.FOURS : Int8Rows.Form.PAIRS;
  }

  @Override
  public void multiply(Int8Matrix weights, int panel, int panels, Tile tile, MemorySegment out) {
    arguments(weights, panel, panels, tile);
    argument(3, out.address());
    MachineCode.call(apart[tile.count() - 1], arguments);
  }

  @Override
  public boolean storesRows() {
    return stored.length > 0;
  }

  @Override
  public void multiplyInto(Int8Matrix weights, int panel, int panels, Tile tile, Results results) {
    arguments(weights, panel, panels, tile);
    int first = tile.rows().firstRow(tile.index());
    long stride = (long) weights.outputs() * Float.BYTES;
    argument(3, first * stride + (long) panel * TileFrame.ROW_BYTES);
    argument(7, stride);
    MemorySegment function = (results.add() ? added : stored)[tile.count() - 1];
    MachineCode.call(function, arguments, results.memory(), results.memory());
  }

  private void arguments(Int8Matrix weights, int panel, int panels, Tile tile) {
    Int8Rows rows = tile.rows();
    MemorySegment memory = weights.memory();
    argument(0, memory.address() + panel * weights.panelBytes());
    argument(
        1,
        form() == Int8Rows.Form.FOURS
            ? rows.fours().address() + rows.foursOf(tile.index())
            : rows.values().address() + rows.valuesOf(tile.index()));
    argument(2, rows.scales().address() + rows.scalesOf(tile.index()));
    argument(4, panels);
    argument(5, weights.groups());
    argument(6, weights.group() / PAIRS_TO_TURNS);
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
