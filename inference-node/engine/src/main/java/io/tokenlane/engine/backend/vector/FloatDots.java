package io.tokenlane.engine.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of float32 dot products; each thread has its own. Every product of a pair of rows is summed
 * in the same order whatever the tile: lane by lane upwards, lanes onto each other, the rest
 * upwards.
 */
final class FloatDots {
  /** Weight rows in a tile. */
  static final int ROWS = 4;

  private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;

  private final float[] lanes = new float[2 * ROWS * Lanes.COUNT];

  /** One weight row with one input row. */
  float dot(float[] w, int wAt, float[] x, int xAt, int count) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      sum = load(w, wAt + i).fma(load(x, xAt + i), sum);
    }
    sum.intoArray(lanes, 0);
    return Lanes.fold(lanes, 0) + rest(w, wAt + bound, x, xAt + bound, count - bound);
  }

  /** Four weight rows with one input row. */
  void dot4x1(float[] w, float[] x, int xAt, int count, float[] out) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector input = load(x, xAt + i);
      a = load(w, i).fma(input, a);
      b = load(w, count + i).fma(input, b);
      c = load(w, 2 * count + i).fma(input, c);
      d = load(w, 3 * count + i).fma(input, d);
    }
    a.intoArray(lanes, 0);
    b.intoArray(lanes, Lanes.COUNT);
    c.intoArray(lanes, 2 * Lanes.COUNT);
    d.intoArray(lanes, 3 * Lanes.COUNT);
    out[0] = Lanes.fold(lanes, 0) + rest(w, bound, x, xAt + bound, count - bound);
    out[1] = Lanes.fold(lanes, Lanes.COUNT) + rest(w, count + bound, x, xAt + bound, count - bound);
    out[2] =
        Lanes.fold(lanes, 2 * Lanes.COUNT)
            + rest(w, 2 * count + bound, x, xAt + bound, count - bound);
    out[3] =
        Lanes.fold(lanes, 3 * Lanes.COUNT)
            + rest(w, 3 * count + bound, x, xAt + bound, count - bound);
  }

  /** Four weight rows with two neighbouring input rows; the second row's results come last. */
  void dot4x2(float[] w, float[] x, int xAt, int count, float[] out) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector b0 = a0;
    FloatVector c0 = a0;
    FloatVector d0 = a0;
    FloatVector a1 = a0;
    FloatVector b1 = a0;
    FloatVector c1 = a0;
    FloatVector d1 = a0;
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector first = load(x, xAt + i);
      FloatVector second = load(x, xAt + count + i);
      FloatVector weight = load(w, i);
      a0 = weight.fma(first, a0);
      a1 = weight.fma(second, a1);
      weight = load(w, count + i);
      b0 = weight.fma(first, b0);
      b1 = weight.fma(second, b1);
      weight = load(w, 2 * count + i);
      c0 = weight.fma(first, c0);
      c1 = weight.fma(second, c1);
      weight = load(w, 3 * count + i);
      d0 = weight.fma(first, d0);
      d1 = weight.fma(second, d1);
    }
    int next = xAt + count;
    a0.intoArray(lanes, 0);
    b0.intoArray(lanes, Lanes.COUNT);
    c0.intoArray(lanes, 2 * Lanes.COUNT);
    d0.intoArray(lanes, 3 * Lanes.COUNT);
    a1.intoArray(lanes, 4 * Lanes.COUNT);
    b1.intoArray(lanes, 5 * Lanes.COUNT);
    c1.intoArray(lanes, 6 * Lanes.COUNT);
    d1.intoArray(lanes, 7 * Lanes.COUNT);
    out[0] = Lanes.fold(lanes, 0) + rest(w, bound, x, xAt + bound, count - bound);
    out[1] = Lanes.fold(lanes, Lanes.COUNT) + rest(w, count + bound, x, xAt + bound, count - bound);
    out[2] =
        Lanes.fold(lanes, 2 * Lanes.COUNT)
            + rest(w, 2 * count + bound, x, xAt + bound, count - bound);
    out[3] =
        Lanes.fold(lanes, 3 * Lanes.COUNT)
            + rest(w, 3 * count + bound, x, xAt + bound, count - bound);
    out[4] = Lanes.fold(lanes, 4 * Lanes.COUNT) + rest(w, bound, x, next + bound, count - bound);
    out[5] =
        Lanes.fold(lanes, 5 * Lanes.COUNT) + rest(w, count + bound, x, next + bound, count - bound);
    out[6] =
        Lanes.fold(lanes, 6 * Lanes.COUNT)
            + rest(w, 2 * count + bound, x, next + bound, count - bound);
    out[7] =
        Lanes.fold(lanes, 7 * Lanes.COUNT)
            + rest(w, 3 * count + bound, x, next + bound, count - bound);
  }

  private static float rest(float[] w, int wAt, float[] x, int xAt, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
      sum = Math.fma(w[wAt + i], x[xAt + i], sum);
    }
    return sum;
  }

  private static FloatVector load(float[] values, int at) {
    return FloatVector.fromArray(FLOATS, values, at);
  }
}
