package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;

/** A matrix applied to rows, split by the matrix's rows. */
final class ProjectWork implements Workers.Work {
  /** Parts begin at multiples of this, so that tiles are seldom cut. */
  private static final int GRAIN = 16;

  private static final int MOST_RESULTS = 8;

  private final Scratch[] scratches;
  private final Q8Rows quantised = new Q8Rows();
  private HostLinear weight = HostLinear.NONE;
  private float[] in = {};
  private float[] out = {};
  private int rows;
  private boolean add;

  /** What one thread needs for itself. */
  private static final class Scratch {
    private float[] tile = {};
    private final FloatDots floats = new FloatDots();
    private final Q8 bytes = new Q8();
    private final Q8Rows widened = new Q8Rows();
    private final float[] results = new float[MOST_RESULTS];
  }

  ProjectWork(int threads) {
    scratches = new Scratch[threads];
    for (int i = 0; i < threads; i++) {
      scratches[i] = new Scratch();
    }
  }

  /** Says what to apply to what; with {@code add}, results are added to what {@code out} holds. */
  void set(HostLinear nextWeight, float[] nextIn, int nextRows, float[] nextOut, boolean nextAdd) {
    weight = nextWeight;
    in = nextIn;
    rows = nextRows;
    out = nextOut;
    add = nextAdd;
    if (weight.has(DType.Q8_0)) {
      quantised.set(in, rows, weight.inputs());
    }
  }

  /** Multiplications and additions that it takes. */
  long size() {
    return (long) rows * weight.inputs() * weight.outputs();
  }

  @Override
  public void run(int part, int parts) {
    int from = border(part, parts);
    int to = border(part + 1, parts);
    for (int i = 0; i < weight.parts(); i++) {
      int first = weight.firstRow(i);
      int begin = Math.max(from, first);
      int end = Math.min(to, weight.firstRow(i + 1));
      if (begin < end) {
        project(weight.part(i), first, begin, end, scratches[part]);
      }
    }
  }

  private int border(int part, int parts) {
    int outputs = weight.outputs();
    return part == parts ? outputs : (int) ((long) outputs * part / parts / GRAIN * GRAIN);
  }

  private void project(Tensor matrix, int first, int begin, int end, Scratch scratch) {
    if (matrix.dtype() == DType.Q8_0) {
      scratch.widened.resize(Q8.ROWS, weight.inputs());
      for (int n = begin; n < end; n += Q8.ROWS) {
        int count = Math.min(Q8.ROWS, end - n);
        Q8.widen(matrix.data(), (n - first) * matrix.rowBytes(), count, scratch.widened);
        projectQ8(n, count, scratch);
      }
      return;
    }
    int width = weight.inputs();
    if (scratch.tile.length < FloatDots.ROWS * width) {
      scratch.tile = new float[FloatDots.ROWS * width];
    }
    for (int n = begin; n < end; n += FloatDots.ROWS) {
      int count = Math.min(FloatDots.ROWS, end - n);
      for (int i = 0; i < count; i++) {
        Decode.row(matrix, n - first + i, scratch.tile, i * width);
      }
      if (count == FloatDots.ROWS) {
        projectTile(n, scratch);
      } else {
        projectSingly(n, count, scratch);
      }
    }
  }

  private void projectTile(int n, Scratch scratch) {
    int width = weight.inputs();
    int row = 0;
    for (; row + 1 < rows; row += 2) {
      scratch.floats.dot4x2(scratch.tile, in, row * width, width, scratch.results);
      for (int i = 0; i < FloatDots.ROWS; i++) {
        store(row, n + i, scratch.results[i]);
        store(row + 1, n + i, scratch.results[FloatDots.ROWS + i]);
      }
    }
    if (row < rows) {
      scratch.floats.dot4x1(scratch.tile, in, row * width, width, scratch.results);
      for (int i = 0; i < FloatDots.ROWS; i++) {
        store(row, n + i, scratch.results[i]);
      }
    }
  }

  private void projectSingly(int n, int count, Scratch scratch) {
    int width = weight.inputs();
    for (int i = 0; i < count; i++) {
      for (int row = 0; row < rows; row++) {
        store(row, n + i, scratch.floats.dot(scratch.tile, i * width, in, row * width, width));
      }
    }
  }

  /** Pairs of input rows with each weight row; a last input row with pairs of weight rows. */
  private void projectQ8(int n, int count, Scratch scratch) {
    int pairs = rows & ~1;
    for (int i = 0; i < count; i++) {
      for (int row = 0; row < pairs; row += 2) {
        scratch.bytes.dot1x2(scratch.widened, i, quantised, row, scratch.results);
        store(row, n + i, scratch.results[0]);
        store(row + 1, n + i, scratch.results[1]);
      }
    }
    if (pairs == rows) {
      return;
    }
    int i = 0;
    for (; i + 1 < count; i += 2) {
      scratch.bytes.dot1x2(quantised, pairs, scratch.widened, i, scratch.results);
      store(pairs, n + i, scratch.results[0]);
      store(pairs, n + i + 1, scratch.results[1]);
    }
    if (i < count) {
      store(pairs, n + i, scratch.bytes.dot(quantised, pairs, scratch.widened, i));
    }
  }

  private void store(int row, int n, float result) {
    int at = row * weight.outputs() + n;
    float biased = weight.bias().length == 0 ? result : result + weight.bias()[n];
    out[at] = add ? out[at] + biased : biased;
  }
}
