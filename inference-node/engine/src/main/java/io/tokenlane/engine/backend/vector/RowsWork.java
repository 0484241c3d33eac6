package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostNorm;
import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import io.tokenlane.engine.backend.x86.AssembledQuantiser;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes rows ready for a projection, each in one go: norm, then quantise. Split by rows. */
final class RowsWork implements Workers.Work {
  private static final int ROWS = 8;
  private static final int WIDEST_GROUP = 128;

  private final Space[] spaces;
  private @Nullable HostRows in;
  private @Nullable HostNorm norm;
  private @Nullable Int8Rows quantised;
  private int @Nullable [] picked;
  private int rows;

  /** Normed rows, where they are not quantised. */
  private float[] normed = {};

  /** What a thread needs for itself. */
  private static final class Space {
    private final Elementwise elementwise = new Elementwise();
    private final int[] rounded = new int[WIDEST_GROUP];
    private final @Nullable AssembledQuantiser code;
    private float[] row = {};

    Space(boolean assembled) {
      code = assembled ? new AssembledQuantiser() : null;
    }
  }

  /**
   * @param assembled whether machine code may quantise to bytes
   */
  RowsWork(int threads, boolean assembled) {
    spaces = new Space[threads];
    for (int i = 0; i < threads; i++) {
      spaces[i] = new Space(assembled);
    }
  }

  /**
   * Says which rows.
   *
   * @param nextNorm their norm, if there is one
   * @param nextPicked which rows of {@code nextIn}; all from the first where null
   */
  void set(
      HostRows nextIn, @Nullable HostNorm nextNorm, int nextRows, int @Nullable [] nextPicked) {
    in = nextIn;
    norm = nextNorm;
    rows = nextRows;
    picked = nextPicked;
  }

  /** Quantises them for a matrix. */
  void quantise(Int8Rows into, Int8Matrix matrix) {
    quantised = into;
    into.begin(rows, matrix);
    for (Space space : spaces) {
      if (space.row.length < into.width()) {
        space.row = new float[into.width()];
      }
    }
  }

  /** Leaves them as floats in the array returned. */
  float[] keepFloats() {
    quantised = null;
    HostRows from = Objects.requireNonNull(in);
    if (normed.length < from.values.length) {
      normed = new float[from.values.length];
    }
    return normed;
  }

  /** Values that it reads. */
  long size() {
    return in == null ? 0 : (long) rows * in.width();
  }

  int chunks() {
    return Math.ceilDiv(rows, ROWS);
  }

  @Override
  public void run(int chunk, int thread) {
    int end = Math.min(rows, (chunk + 1) * ROWS);
    for (int row = chunk * ROWS; row < end; row++) {
      prepare(row, spaces[thread]);
    }
  }

  private void prepare(int row, Space space) {
    HostRows from = Objects.requireNonNull(in);
    int width = from.width();
    int at = (picked == null ? row : picked[row]) * width;
    if (quantised != null && space.code != null && quantised.width() == width) {
      HostNorm by = norm;
      float scale = by == null ? 1 : space.elementwise.inverseRms(by, from.values, at);
      MemorySegment gain = by == null ? MemorySegment.NULL : by.gainMemory;
      space.code.norm(gain, scale);
      space.code.quantise(from.segment, at, quantised, row);
      return;
    }
    float[] to = quantised == null ? normed : space.row;
    int toAt = quantised == null ? row * width : 0;
    if (norm == null) {
      System.arraycopy(from.values, at, to, toAt, width);
    } else {
      space.elementwise.rmsNorm(norm, from.values, at, to, toAt);
    }
    if (quantised != null) {
      Arrays.fill(to, width, quantised.width(), 0);
      quantised.quantise(row, to, space.rounded);
    }
  }
}
