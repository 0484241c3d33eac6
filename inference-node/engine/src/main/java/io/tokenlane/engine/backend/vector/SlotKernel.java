package io.tokenlane.engine.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Attention's arithmetic over the neighbouring slots of one head in one block. */
final class SlotKernel {
  private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final float[] lanes = new float[Lanes.COUNT];
  private MemorySegment memory = MemorySegment.NULL;
  private long begin;
  private int slots;
  private int dim;

  /**
   * Says which slots.
   *
   * @param nextBegin where they begin, in bytes
   * @param nextDim float32 elements in a slot
   */
  void slots(MemorySegment nextMemory, long nextBegin, int nextSlots, int nextDim) {
    memory = nextMemory;
    begin = nextBegin;
    slots = nextSlots;
    dim = nextDim;
  }

  /** {@code scores[first + slot] = query · slot}. */
  void score(float[] queries, int query, float[] scores, int first) {
    for (int slot = 0; slot < slots; slot++) {
      scores[first + slot] = dot(queries, query, memory, begin + (long) slot * dim * Float.BYTES);
    }
  }

  private float dot(float[] x, int xAt, MemorySegment y, long yAt) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int bound = FLOATS.loopBound(dim);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector right = FloatVector.fromMemorySegment(FLOATS, y, yAt + 4L * i, ORDER);
      sum = FloatVector.fromArray(FLOATS, x, xAt + i).fma(right, sum);
    }
    float rest = 0;
    for (int i = bound; i < dim; i++) {
      rest = Math.fma(x[xAt + i], y.get(ValueLayout.JAVA_FLOAT, yAt + 4L * i), rest);
    }
    sum.intoArray(lanes, 0);
    return Lanes.fold(lanes, 0) + rest;
  }

  /** {@code output += weights[first + slot] * slot}, slot by slot. */
  void gather(float[] weights, int first, float[] outputs, int output) {
    int bound = FLOATS.loopBound(dim);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector sum = FloatVector.fromArray(FLOATS, outputs, output + i);
      for (int slot = 0; slot < slots; slot++) {
        long at = begin + ((long) slot * dim + i) * Float.BYTES;
        FloatVector value = FloatVector.fromMemorySegment(FLOATS, memory, at, ORDER);
        sum = value.fma(FloatVector.broadcast(FLOATS, weights[first + slot]), sum);
      }
      sum.intoArray(outputs, output + i);
    }
    for (int i = bound; i < dim; i++) {
      float sum = outputs[output + i];
      for (int slot = 0; slot < slots; slot++) {
        long at = begin + ((long) slot * dim + i) * Float.BYTES;
        sum = Math.fma(memory.get(ValueLayout.JAVA_FLOAT, at), weights[first + slot], sum);
      }
      outputs[output + i] = sum;
    }
  }

  /** {@code cap * tanh(scale * score / cap)}, by {@code tanh(x) = 1 - 2 / (exp(2x) + 1)}. */
  static void cap(float[] scores, int count, float scale, float cap) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector twice = FloatVector.fromArray(FLOATS, scores, i).mul(2 * scale / cap);
      FloatVector.broadcast(FLOATS, -2 * cap)
          .div(Lanes.exp(twice).add(1f))
          .add(cap)
          .intoArray(scores, i);
    }
    for (int i = bound; i < count; i++) {
      scores[i] = (float) (cap * Math.tanh(scale * scores[i] / cap));
    }
  }

  /** Turns scores times {@code scale} into probabilities. */
  static void softmax(float[] scores, int count, float scale) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, scores[i]);
    }
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector shifted = FloatVector.fromArray(FLOATS, scores, i).sub(largest);
      Lanes.exp(shifted.mul(scale)).intoArray(scores, i);
    }
    for (int i = bound; i < count; i++) {
      scores[i] = (float) Math.exp((scores[i] - largest) * scale);
    }
    float sum = 0;
    for (int i = 0; i < count; i++) {
      sum += scores[i];
    }
    float inverse = 1 / sum;
    for (int i = 0; i < count; i++) {
      scores[i] *= inverse;
    }
  }
}
