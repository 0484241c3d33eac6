package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Kernel.Results;
import io.tokenlane.engine.backend.int8.Int8Kernel.Tile;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** A matrix of bytes applied to quantised rows, split by panels of the matrix. */
final class Int8Work implements Workers.Work {
  private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** Multiplications in a chunk, at least, so that claiming one costs little. */
  private static final long CHUNK = 1 << 19;

  /** Panels in a chunk for many rows: they stay in the second-level cache from tile to tile. */
  private static final int PANELS = 4;

  private final Space[] spaces;
  private @Nullable Int8Matrix weights;
  private Int8Rows rows = new Int8Rows();
  private Tile[] tiles = {};
  private final HeapResults heapResults = new HeapResults();
  private float[] out = {};
  private Results results = heapResults.of(out, false);
  private boolean add;
  private int chunkPanels = 1;
  private int firstPanel;

  /** What a thread needs for itself. */
  private static final class Space {
    private final Int8Kernel kernel;
    private final MemorySegment results =
        Arena.ofAuto()
            .allocate(
                (long) Int8Kernel.MOST_PANELS * Int8Rows.WIDE_TILE * Int8Matrix.PANEL * Float.BYTES,
                64);

    Space(Int8Kernel kernel) {
      this.kernel = kernel;
    }
  }

  Int8Work(int threads, Supplier<Int8Kernel> kernels) {
    spaces = new Space[threads];
    for (int i = 0; i < threads; i++) {
      spaces[i] = new Space(kernels.get());
    }
  }

  /** Says what to apply to what; with {@code add}, results are added to what {@code out} holds. */
  void set(Int8Matrix nextWeights, Int8Rows nextRows, float[] nextOut, boolean nextAdd) {
    weights = nextWeights;
    out = nextOut;
    add = nextAdd;
    results = heapResults.of(out, add);
    if (rows != nextRows || tiles.length < nextRows.tiles()) {
      rows = nextRows;
      tiles = new Tile[Math.max(tiles.length, nextRows.tiles())];
      for (int i = 0; i < tiles.length; i++) {
        tiles[i] = new Tile(rows, i);
      }
    }
    long panelSize = (long) Int8Matrix.PANEL * rows.width() * rows.rows();
    long wanted = Math.max(CHUNK / panelSize, rows.tiles() > 1 ? PANELS : 1);
    chunkPanels = (int) Math.min(wanted, Int8Kernel.MOST_PANELS);
    firstPanel = 0;
  }

  /** Leaves out panels whose outputs all come before this one. */
  void from(int output) {
    firstPanel = output / Int8Matrix.PANEL;
  }

  /** Multiplications and additions that it takes. */
  long size() {
    return weights == null
        ? 0
        : (long) rows.rows() * rows.width() * (weights.outputs() - firstPanel * Int8Matrix.PANEL);
  }

  int chunks() {
    return weights == null ? 0 : Math.ceilDiv(weights.panels() - firstPanel, chunkPanels);
  }

  @Override
  public void run(int chunk, int thread) {
    Int8Matrix matrix = weights;
    if (matrix == null) {
      return;
    }
    int first = firstPanel + chunk * chunkPanels;
    int panels = Math.min(chunkPanels, matrix.panels() - first);
    Space space = spaces[thread];
    boolean stores = space.kernel.storesRows();
    int whole = stores ? Math.min(panels, matrix.outputs() / Int8Matrix.PANEL - first) : 0;
    for (int i = 0; i < rows.tiles(); i++) {
      Tile tile = tiles[i];
      if (whole > 0) {
        space.kernel.multiplyInto(matrix, first, whole, tile, results);
        addBias(matrix, tile, first * Int8Matrix.PANEL, whole * Int8Matrix.PANEL);
      }
      if (whole < panels) {
        space.kernel.multiply(matrix, first + whole, panels - whole, tile, space.results);
        for (int panel = whole; panel < panels; panel++) {
          store(matrix, first + panel, tile, panel - whole, space.results);
        }
      }
    }
  }

  private void store(Int8Matrix matrix, int panel, Tile tile, int index, MemorySegment results) {
    int from = panel * Int8Matrix.PANEL;
    int count = Math.min(Int8Matrix.PANEL, matrix.outputs() - from);
    int first = rows.firstRow(tile.index());
    long at = (long) index * tile.count() * Int8Matrix.PANEL * Float.BYTES;
    for (int row = 0; row < tile.count(); row++) {
      storeRow(results, at, (first + row) * matrix.outputs() + from, count);
      at += (long) Int8Matrix.PANEL * Float.BYTES;
    }
    addBias(matrix, tile, from, count);
  }

  private void addBias(Int8Matrix matrix, Tile tile, int from, int count) {
    if (matrix.bias().length > 0) {
      int first = rows.firstRow(tile.index());
      for (int row = first; row < first + tile.count(); row++) {
        addBias(matrix, row * matrix.outputs(), from, count);
      }
    }
  }

  private void storeRow(MemorySegment results, long at, int to, int count) {
    int whole = FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector values =
          FloatVector.fromMemorySegment(FLOATS, results, at + (long) i * Float.BYTES, ORDER);
      (add ? values.add(FloatVector.fromArray(FLOATS, out, to + i)) : values)
          .intoArray(out, to + i);
    }
    for (int i = whole; i < count; i++) {
      float value = results.get(ValueLayout.JAVA_FLOAT, at + (long) i * Float.BYTES);
      out[to + i] = add ? out[to + i] + value : value;
    }
  }

  private void addBias(Int8Matrix matrix, int row, int from, int count) {
    for (int i = from; i < from + count; i++) {
      out[row + i] += matrix.bias()[i];
    }
  }
}
