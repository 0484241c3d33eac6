package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Grid;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A kernel with its grid and arguments. What only projections have, {@code ProjectArgs}, is read
 * off these.
 *
 * @param arguments its own copy of them
 */
record Launch(Kernel kernel, Grid grid, MemorySegment arguments) {
  /** Where {@code ProjectArgs} has the steps of a row. */
  private static final int STEPS_AT = 232;

  private static final int OUTPUTS_AT = STEPS_AT + Integer.BYTES;
  private static final int STAGES_AT = STEPS_AT + 6 * Integer.BYTES;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  /** Copies of all launches of a list. */
  static List<Launch> of(LaunchList list) {
    List<Launch> all = new ArrayList<>();
    list.each((kernel, grid, arguments) -> all.add(new Launch(kernel, grid, copy(arguments))));
    return all;
  }

  private static MemorySegment copy(MemorySegment arguments) {
    return MemorySegment.ofArray(arguments.toArray(ValueLayout.JAVA_BYTE));
  }

  /** Whether it is a projection. */
  boolean projects() {
    return kernel.family().equals(Tile.FAMILY);
  }

  /** The same projection in other tiles. */
  Launch in(Tile tile, int rows) {
    MemorySegment changed = copy(arguments);
    changed.set(INT, STAGES_AT, tile.stages());
    return new Launch(tile.kernel(), tile.grid(rows, outputs()), changed);
  }

  /** A projection's outputs. */
  int outputs() {
    return arguments.get(INT, OUTPUTS_AT);
  }

  /** A projection's inputs, whole steps of them. */
  int inputs() {
    return arguments.get(INT, STEPS_AT) * format().step();
  }

  /** Bytes of weights that it reads; 0 if it is no projection. */
  long weightBytes() {
    if (!projects()) {
      return 0;
    }
    Format format = format();
    return format.weightBytes(outputs(), inputs()) + format.scaleBytes(outputs(), inputs());
  }

  private Format format() {
    return Arrays.stream(Format.values())
        .filter(format -> kernel.name().startsWith("PROJECT_" + format))
        .findFirst()
        .orElseThrow();
  }
}
