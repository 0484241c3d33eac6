package io.tokenlane.engine.backend.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax over scores that come piece by piece (Milakov and Gimelshein 2018; Dao et al. 2022): what
 * was summed under an older, smaller maximum is scaled down when a larger one comes. The state of
 * one query; what a piece does to it depends on the scores so far and nothing else.
 */
final class OnlineSoftmax {
  private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;

  private final float[] sums = new float[Lanes.COUNT];
  private float largest;

  void reset() {
    largest = Float.NEGATIVE_INFINITY;
    Arrays.fill(sums, 0);
  }

  /**
   * Turns {@code count} scores into weights; there must be room for whole vectors, whose other
   * weights become 0.
   *
   * @return what the outputs that were summed so far have to be multiplied by
   */
  float weigh(float[] scores, int at, int count, float scale) {
    int whole = Math.ceilDiv(count, Lanes.COUNT) * Lanes.COUNT;
    Arrays.fill(scores, at + count, at + whole, Float.NEGATIVE_INFINITY);
    FloatVector top = FloatVector.broadcast(FLOATS, largest);
    for (int i = at; i < at + whole; i += Lanes.COUNT) {
      FloatVector next = FloatVector.fromArray(FLOATS, scores, i);
      top = top.blend(next, next.compare(VectorOperators.GT, top));
    }
    float most = top.reduceLanes(VectorOperators.MAX);
    float factor = most == largest ? 1 : Lanes.exp((largest - most) * scale);
    largest = most;
    FloatVector sum = FloatVector.fromArray(FLOATS, sums, 0).mul(factor);
    for (int i = at; i < at + whole; i += Lanes.COUNT) {
      FloatVector each = FloatVector.fromArray(FLOATS, scores, i);
      FloatVector weights =
          Lanes.exp(each.sub(most).mul(scale))
              .blend(0f, each.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
      weights.intoArray(scores, i);
      sum = sum.add(weights);
    }
    sum.intoArray(sums, 0);
    return factor;
  }

  /**
   * {@code cap * tanh(scale * score / cap)} of {@code count} scores, by {@code tanh(x) = 1 - 2 /
   * (exp(2x) + 1)}; there must be room for whole vectors.
   */
  static void cap(float[] scores, int at, int count, float scale, float cap) {
    for (int i = at; i < at + count; i += Lanes.COUNT) {
      FloatVector twice = FloatVector.fromArray(FLOATS, scores, i).mul(2 * scale / cap);
      FloatVector.broadcast(FLOATS, -2 * cap)
          .div(Lanes.exp(twice).add(1f))
          .add(cap)
          .intoArray(scores, i);
    }
  }

  /** The sum of all weights; ends the state. */
  float sum() {
    return Lanes.fold(sums, 0);
  }
}
