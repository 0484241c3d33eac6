package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostKvStore;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Attention's products over the slots of one strip and one head, for four queries at once or for
 * one. A score is summed element by element upwards and an output slot by slot upwards, whether its
 * query is alone or one of four.
 */
final class StripKernel {
  static final int QUERIES = 4;

  private static final int STRIP = HostKvStore.STRIP;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> FLOATS =
      Lanes.FLOATS.vectorBitSize() >= 256 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  private static final int LANES = FLOATS.length();

  private StripKernel() {}

  /** Scores of the strip at {@code key} for the query at {@code x[at] ..}. */
  static void score(float[] x, int at, MemorySegment keys, long key, Scores out) {
    int dim = out.dim;
    for (int lane = 0; lane < STRIP; lane += LANES) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = 0; i < dim; i++) {
        long from = key + ((long) i * STRIP + lane) * Float.BYTES;
        FloatVector element = FloatVector.fromMemorySegment(FLOATS, keys, from, ORDER);
        sum = element.fma(FloatVector.broadcast(FLOATS, x[at + i]), sum);
      }
      sum.intoArray(out.values, out.at + lane);
    }
  }

  /** As {@link #score} for four queries, whose scores are {@code out.stride} apart. */
  static void score4(float[] x, int[] at, MemorySegment keys, long key, Scores out) {
    int dim = out.dim;
    int q0 = at[out.query];
    int q1 = at[out.query + 1];
    int q2 = at[out.query + 2];
    int q3 = at[out.query + 3];
    for (int lane = 0; lane < STRIP; lane += LANES) {
      FloatVector a = FloatVector.zero(FLOATS);
      FloatVector b = a;
      FloatVector c = a;
      FloatVector d = a;
      for (int i = 0; i < dim; i++) {
        long from = key + ((long) i * STRIP + lane) * Float.BYTES;
        FloatVector element = FloatVector.fromMemorySegment(FLOATS, keys, from, ORDER);
        a = element.fma(FloatVector.broadcast(FLOATS, x[q0 + i]), a);
        b = element.fma(FloatVector.broadcast(FLOATS, x[q1 + i]), b);
        c = element.fma(FloatVector.broadcast(FLOATS, x[q2 + i]), c);
        d = element.fma(FloatVector.broadcast(FLOATS, x[q3 + i]), d);
      }
      int to = out.at + lane;
      a.intoArray(out.values, to);
      b.intoArray(out.values, to + out.stride);
      c.intoArray(out.values, to + 2 * out.stride);
      d.intoArray(out.values, to + 3 * out.stride);
    }
  }

  /** {@code out += weights[slot] * value of slot}, for {@code slots} slots from {@code value}. */
  static void gather(Scores weights, int slots, MemorySegment values, long value, float[] out) {
    int dim = weights.dim;
    int to = weights.output;
    int bound = FLOATS.loopBound(dim);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector sum = FloatVector.fromArray(FLOATS, out, to + i);
      for (int slot = 0; slot < slots; slot++) {
        long from = value + ((long) slot * dim + i) * Float.BYTES;
        FloatVector element = FloatVector.fromMemorySegment(FLOATS, values, from, ORDER);
        sum = element.fma(FloatVector.broadcast(FLOATS, weights.values[weights.at + slot]), sum);
      }
      sum.intoArray(out, to + i);
    }
    for (int i = bound; i < dim; i++) {
      float sum = out[to + i];
      for (int slot = 0; slot < slots; slot++) {
        long from = value + ((long) slot * dim + i) * Float.BYTES;
        float element = values.get(ValueLayout.JAVA_FLOAT, from);
        sum = Math.fma(element, weights.values[weights.at + slot], sum);
      }
      out[to + i] = sum;
    }
  }

  /**
   * As {@link #gather} for four queries, whose weights are {@code weights.stride} apart and whose
   * outputs follow one another.
   */
  static void gather4(Scores weights, int slots, MemorySegment values, long value, float[] out) {
    int dim = weights.dim;
    int to = weights.output;
    float[] w = weights.values;
    int stride = weights.stride;
    for (int i = 0; i < dim; i += LANES) {
      FloatVector a = FloatVector.fromArray(FLOATS, out, to + i);
      FloatVector b = FloatVector.fromArray(FLOATS, out, to + dim + i);
      FloatVector c = FloatVector.fromArray(FLOATS, out, to + 2 * dim + i);
      FloatVector d = FloatVector.fromArray(FLOATS, out, to + 3 * dim + i);
      for (int slot = 0; slot < slots; slot++) {
        long from = value + ((long) slot * dim + i) * Float.BYTES;
        FloatVector element = FloatVector.fromMemorySegment(FLOATS, values, from, ORDER);
        int at = weights.at + slot;
        a = element.fma(FloatVector.broadcast(FLOATS, w[at]), a);
        b = element.fma(FloatVector.broadcast(FLOATS, w[at + stride]), b);
        c = element.fma(FloatVector.broadcast(FLOATS, w[at + 2 * stride]), c);
        d = element.fma(FloatVector.broadcast(FLOATS, w[at + 3 * stride]), d);
      }
      a.intoArray(out, to + i);
      b.intoArray(out, to + dim + i);
      c.intoArray(out, to + 2 * dim + i);
      d.intoArray(out, to + 3 * dim + i);
    }
  }

  /** Whether {@link #gather4} takes heads of this width. */
  static boolean gathersFour(int dim) {
    return dim % LANES == 0;
  }

  /** Scores, or the weights made of them, of some queries, and where a call reads or writes. */
  static final class Scores {
    float[] values = {};

    /** The first query's first score of the strip. */
    int at;

    /** The first query's number. */
    int query;

    /** From one query's scores to the next one's. */
    int stride;

    /** Where the first query's output begins. */
    int output;

    /** Elements of a head. */
    int dim;
  }
}
