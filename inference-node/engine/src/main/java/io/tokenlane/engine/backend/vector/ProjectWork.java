package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.Tensor;

/** A matrix of floats applied to rows, split by the matrix's rows. */
final class ProjectWork implements Workers.Work {
  /** Matrix rows in a chunk. */
  private static final int CHUNK = 16;

  private static final int MOST_RESULTS = 8;

  private final Scratch[] scratches;
  private HostLinear weight = HostLinear.NONE;
  private float[] in = {};
  private float[] out = {};
  private int rows;
  private boolean add;

  /** What one thread needs for itself. */
  private static final class Scratch {
    private float[] tile = {};
    private final FloatDots floats = new FloatDots();
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
  }

  /** Multiplications and additions that it takes. */
  long size() {
    return (long) rows * weight.inputs() * weight.outputs();
  }

  int chunks() {
    return Math.ceilDiv(weight.outputs(), CHUNK);
  }

  @Override
  public void run(int chunk, int thread) {
    int from = chunk * CHUNK;
    int to = Math.min(weight.outputs(), from + CHUNK);
    for (int i = 0; i < weight.parts(); i++) {
      int first = weight.firstRow(i);
      int begin = Math.max(from, first);
      int end = Math.min(to, weight.firstRow(i + 1));
      if (begin < end) {
        project(weight.part(i), first, begin, end, scratches[thread]);
      }
    }
  }

  private void project(Tensor matrix, int first, int begin, int end, Scratch scratch) {
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

  private void store(int row, int n, float result) {
    int at = row * weight.outputs() + n;
    float biased = weight.bias().length == 0 ? result : result + weight.bias()[n];
    out[at] = add ? out[at] + biased : biased;
  }
}
