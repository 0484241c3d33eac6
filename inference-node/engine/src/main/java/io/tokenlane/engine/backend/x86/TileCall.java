package io.tokenlane.engine.backend.x86;

import io.tokenlane.engine.backend.int8.Int8Kernel.Tile;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Calls the functions of {@link TileCode} and {@link WideTileCode}; each thread has its own. */
final class TileCall {
  private static final int ARGUMENTS = 7;
  private static final int PAIRS_TO_TURNS = 2 * TileCode.UNROLLED;

  private final MemorySegment arguments =
      Arena.ofAuto().allocate((long) ARGUMENTS * Long.BYTES, 64);

  /** Work of one call. */
  record Panels(Int8Matrix weights, int first, int count, Tile tile, MemorySegment out) {}

  /**
   * Multiplies.
   *
   * @param byRows the functions for 1, 2, … rows
   */
  void multiply(MemorySegment[] byRows, Panels work) {
    Int8Matrix weights = work.weights;
    Int8Rows rows = work.tile.rows();
    int tile = work.tile.index();
    argument(0, weights.memory().address() + work.first * weights.panelBytes());
    argument(1, rows.values().address() + rows.valuesOf(tile));
    argument(2, rows.scales().address() + rows.scalesOf(tile));
    argument(3, work.out.address());
    argument(4, work.count);
    argument(5, weights.groups());
    argument(6, weights.group() / PAIRS_TO_TURNS);
    MachineCode.call(byRows[work.tile.count() - 1], arguments);
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
