package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.backend.host.HostNorm;
import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Applies matrices to rows: as bytes, if the matrix is packed so, else in float32. */
final class Projector {
  /** Work below so many multiplications is done before other threads would have joined. */
  private static final long WORTH_SHARING = 1 << 20;

  /** Rows below so many values are prepared before other threads would have joined. */
  private static final long WORTH_SHARING_VALUES = 1 << 15;

  private final Workers workers;
  private final RowsWork rowsWork;
  private final Int8Rows quantised;
  private final Int8Work int8Work;
  private final ProjectWork floatWork;

  Projector(Workers workers, Supplier<Int8Kernel> kernels) {
    this.workers = workers;
    quantised = new Int8Rows(kernels.get().form());
    rowsWork = new RowsWork(workers.threads(), quantised.isOfFours());
    int8Work = new Int8Work(workers.threads(), kernels);
    floatWork = new ProjectWork(workers.threads());
  }

  /** Rows to project; one object for all steps, as each layer sets it several times. */
  static final class Input {
    private HostRows rows = HostRows.NONE;
    private @Nullable HostNorm norm;
    private int count;
    private int @Nullable [] picked;

    /**
     * Says which rows.
     *
     * @param nextNorm what they are normed by before, if anything
     * @param nextPicked which rows; the first {@code nextCount} where null
     */
    Input set(
        HostRows nextRows,
        @Nullable HostNorm nextNorm,
        int nextCount,
        int @Nullable [] nextPicked) {
      rows = nextRows;
      norm = nextNorm;
      count = nextCount;
      picked = nextPicked;
      return this;
    }
  }

  /** Writes results, or adds them to what {@code out} holds. */
  void project(Input input, Linear weight, float[] out, boolean add) {
    if (input.count == 0) {
      return;
    }
    rowsWork.set(input.rows, input.norm, input.count, input.picked);
    if (weight instanceof Int8Matrix matrix) {
      rowsWork.quantise(quantised, matrix);
      prepareRows();
      int8Work.set(matrix, quantised, out, add);
      run(int8Work, int8Work.chunks(), int8Work.size() >= WORTH_SHARING);
    } else {
      floatWork.set(HostLinear.of(weight), floats(input), input.count, out, add);
      run(floatWork, floatWork.chunks(), floatWork.size() >= WORTH_SHARING);
    }
  }

  /** Writes results from output {@code first} on; those before may be written or not. */
  void projectFrom(Input input, Linear weight, int first, float[] out) {
    if (weight instanceof Int8Matrix matrix && input.count > 0) {
      rowsWork.set(input.rows, input.norm, input.count, input.picked);
      rowsWork.quantise(quantised, matrix);
      prepareRows();
      int8Work.set(matrix, quantised, out, false);
      int8Work.from(first);
      run(int8Work, int8Work.chunks(), int8Work.size() >= WORTH_SHARING);
    } else {
      project(input, weight, out, false);
    }
  }

  private float[] floats(Input input) {
    if (input.norm == null && input.picked == null) {
      return input.rows.values;
    }
    float[] normed = rowsWork.keepFloats();
    prepareRows();
    return normed;
  }

  private void prepareRows() {
    run(rowsWork, rowsWork.chunks(), rowsWork.size() >= WORTH_SHARING_VALUES);
  }

  private void run(Workers.Work work, int chunks, boolean shared) {
    if (shared) {
      workers.run(work, chunks);
    } else {
      Workers.runAlone(work, chunks);
    }
  }
}
