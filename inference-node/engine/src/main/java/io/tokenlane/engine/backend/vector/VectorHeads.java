package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostKvStore;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** By the Vector API. */
final class VectorHeads implements HeadKernel {
  private static final int STRIP = HostKvStore.STRIP;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> FLOATS =
      Lanes.FLOATS.vectorBitSize() >= 256 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  private static final int LANES = FLOATS.length();
  private static final long NEXT = FLOATS.vectorByteSize();

  private final Scores scores = new Scores();

  @Override
  public boolean gathersFour(int dim) {
    return dim % (2 * LANES) == 0;
  }

  @Override
  public void score(Queries queries, int query, int together, MemorySegment keys, Parts strips) {
    begin(queries, query);
    for (int i = 0; i < strips.size(); i++) {
      scores.at = queries.score(query, strips.slot[i]);
      if (together == 1) {
        score(queries.values, queries.at[query], keys, strips.from[i], scores);
      } else {
        score4(queries.values, queries.at, keys, strips.from[i], scores);
      }
    }
  }

  @Override
  public void gather(Queries queries, int query, int together, MemorySegment values, Parts runs) {
    begin(queries, query);
    for (int i = 0; i < runs.size(); i++) {
      scores.at = queries.score(query, runs.slot[i]);
      if (together == 1) {
        gather(scores, runs.slots[i], values, runs.from[i], queries.sums);
      } else {
        gather4(scores, runs.slots[i], values, runs.from[i], queries.sums);
      }
    }
  }

  private void begin(Queries queries, int query) {
    scores.values = queries.scores;
    scores.stride = queries.stride();
    scores.dim = queries.dim;
    scores.query = query;
    scores.output = query * queries.dim;
  }

  /** Scores of the strip at {@code key} for the query at {@code x[at] ..}. */
  private static void score(float[] x, int at, MemorySegment keys, long key, Scores out) {
    int dim = out.dim;
    for (int lane = 0; lane < STRIP; lane += 2 * LANES) {
      FloatVector a = FloatVector.zero(FLOATS);
      FloatVector b = a;
      for (int i = 0; i < dim; i++) {
        long from = key + ((long) i * STRIP + lane) * Float.BYTES;
        FloatVector query = FloatVector.broadcast(FLOATS, x[at + i]);
        a = FloatVector.fromMemorySegment(FLOATS, keys, from, ORDER).fma(query, a);
        b = FloatVector.fromMemorySegment(FLOATS, keys, from + NEXT, ORDER).fma(query, b);
      }
      a.intoArray(out.values, out.at + lane);
      b.intoArray(out.values, out.at + lane + LANES);
    }
  }

  /** As {@link #score} for four queries, whose scores are {@code out.stride} apart. */
  private static void score4(float[] x, int[] at, MemorySegment keys, long key, Scores out) {
    int dim = out.dim;
    int q0 = at[out.query];
    int q1 = at[out.query + 1];
    int q2 = at[out.query + 2];
    int q3 = at[out.query + 3];
    for (int lane = 0; lane < STRIP; lane += 2 * LANES) {
      FloatVector a0 = FloatVector.zero(FLOATS);
      FloatVector a1 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      FloatVector c0 = a0;
      FloatVector c1 = a0;
      FloatVector d0 = a0;
      FloatVector d1 = a0;
      for (int i = 0; i < dim; i++) {
        long from = key + ((long) i * STRIP + lane) * Float.BYTES;
        FloatVector low = FloatVector.fromMemorySegment(FLOATS, keys, from, ORDER);
        FloatVector high = FloatVector.fromMemorySegment(FLOATS, keys, from + NEXT, ORDER);
        FloatVector query = FloatVector.broadcast(FLOATS, x[q0 + i]);
        a0 = low.fma(query, a0);
        a1 = high.fma(query, a1);
        query = FloatVector.broadcast(FLOATS, x[q1 + i]);
        b0 = low.fma(query, b0);
        b1 = high.fma(query, b1);
        query = FloatVector.broadcast(FLOATS, x[q2 + i]);
        c0 = low.fma(query, c0);
        c1 = high.fma(query, c1);
        query = FloatVector.broadcast(FLOATS, x[q3 + i]);
        d0 = low.fma(query, d0);
        d1 = high.fma(query, d1);
      }
      int to = out.at + lane;
      a0.intoArray(out.values, to);
      a1.intoArray(out.values, to + LANES);
      b0.intoArray(out.values, to + out.stride);
      b1.intoArray(out.values, to + out.stride + LANES);
      c0.intoArray(out.values, to + 2 * out.stride);
      c1.intoArray(out.values, to + 2 * out.stride + LANES);
      d0.intoArray(out.values, to + 3 * out.stride);
      d1.intoArray(out.values, to + 3 * out.stride + LANES);
    }
  }

  /** {@code out += weights[slot] * value of slot}, for {@code slots} slots from {@code value}. */
  private static void gather(
      Scores weights, int slots, MemorySegment values, long value, float[] out) {
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
  private static void gather4(
      Scores weights, int slots, MemorySegment values, long value, float[] out) {
    int dim = weights.dim;
    int to = weights.output;
    float[] w = weights.values;
    int stride = weights.stride;
    int first = weights.at;
    for (int i = to; i < to + dim; i += 2 * LANES) {
      FloatVector a0 = load(out, i);
      FloatVector a1 = load(out, i + LANES);
      FloatVector b0 = load(out, i + dim);
      FloatVector b1 = load(out, i + dim + LANES);
      FloatVector c0 = load(out, i + 2 * dim);
      FloatVector c1 = load(out, i + 2 * dim + LANES);
      FloatVector d0 = load(out, i + 3 * dim);
      FloatVector d1 = load(out, i + 3 * dim + LANES);
      for (int slot = 0; slot < slots; slot++) {
        long from = value + ((long) slot * dim + (i - to)) * Float.BYTES;
        FloatVector low = FloatVector.fromMemorySegment(FLOATS, values, from, ORDER);
        FloatVector high = FloatVector.fromMemorySegment(FLOATS, values, from + NEXT, ORDER);
        int at = first + slot;
        FloatVector weight = FloatVector.broadcast(FLOATS, w[at]);
        a0 = low.fma(weight, a0);
        a1 = high.fma(weight, a1);
        weight = FloatVector.broadcast(FLOATS, w[at + stride]);
        b0 = low.fma(weight, b0);
        b1 = high.fma(weight, b1);
        weight = FloatVector.broadcast(FLOATS, w[at + 2 * stride]);
        c0 = low.fma(weight, c0);
        c1 = high.fma(weight, c1);
        weight = FloatVector.broadcast(FLOATS, w[at + 3 * stride]);
        d0 = low.fma(weight, d0);
        d1 = high.fma(weight, d1);
      }
      a0.intoArray(out, i);
      a1.intoArray(out, i + LANES);
      b0.intoArray(out, i + dim);
      b1.intoArray(out, i + dim + LANES);
      c0.intoArray(out, i + 2 * dim);
      c1.intoArray(out, i + 2 * dim + LANES);
      d0.intoArray(out, i + 3 * dim);
      d1.intoArray(out, i + 3 * dim + LANES);
    }
  }

  private static FloatVector load(float[] values, int at) {
    return FloatVector.fromArray(FLOATS, values, at);
  }

  /** Scores, or the weights made of them, of some queries, and where a call reads or writes. */
  private static final class Scores {
    private float[] values = {};

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
