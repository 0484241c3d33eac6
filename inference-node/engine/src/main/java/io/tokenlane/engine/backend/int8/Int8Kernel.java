package io.tokenlane.engine.backend.int8;

import java.lang.foreign.MemorySegment;

/**
 * Multiplies panels of weights with a tile of rows. For each group of inputs, the products of the
 * bytes are summed in integers, exactly; then
 *
 * <pre>sum = fma(integer sum, weight scale * row scale, sum)</pre>
 *
 * group by group, upwards, in float32. So results are the same to the bit whichever kernel computes
 * them and however rows are cut into tiles.
 *
 * <p>Kernels have work space: each thread has its own.
 */
public interface Int8Kernel {

  /** Most panels that one call multiplies. */
  int MOST_PANELS = 64;

  /** How it reads rows. */
  default Int8Rows.Form form() {
    return Int8Rows.Form.PAIRS;
  }

  /**
   * Multiplies.
   *
   * @param panel the first panel
   * @param panels their number, 1 to {@link #MOST_PANELS}
   * @param out receives {@code panels} times {@code rows of the tile} times {@link
   *     Int8Matrix#PANEL} float32 values, in that order
   */
  void multiply(Int8Matrix weights, int panel, int panels, Tile tile, MemorySegment out);

  /** Whether {@link #multiplyInto} works. */
  default boolean storesRows() {
    return false;
  }

  /**
   * Multiplies whole panels, and writes results where they belong.
   *
   * @param panel the first panel
   * @param panels their number, 1 to {@link #MOST_PANELS}; all have {@link Int8Matrix#PANEL}
   *     outputs
   */
  default void multiplyInto(Int8Matrix weights, int panel, int panels, Tile tile, Results results) {
    throw new UnsupportedOperationException("results: stored apart");
  }

  /**
   * Rows of results, of a matrix's outputs each.
   *
   * @param memory float32 on the heap
   * @param add whether they are added to what is there
   */
  record Results(MemorySegment memory, boolean add) {}

  /**
   * Some rows of activations.
   *
   * @param rows all rows
   * @param index which tile of them
   */
  record Tile(Int8Rows rows, int index) {

    /** Number of its rows. */
    public int count() {
      return rows.firstRow(index + 1) - rows.firstRow(index);
    }
  }
}
