package io.tokenlane.engine.backend.vector;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products of Q8_0 weights with inputs that were quantised alike: blocks of 32 with a scale
 * each. Products of two bytes up to 127 fit a short, and so does the sum of two; shorts are then
 * added in pairs to ints, exactly. Those are scaled and summed upwards in float32, lane by lane,
 * then lanes onto each other: one order for every tile. Each thread has its own.
 *
 * <p>A weight row is widened once for all input rows. The kernels are kept small: the compiler
 * gives up on larger ones, and vectors that it does not keep in registers cost a hundredfold.
 */
final class Q8 {
  static final int BLOCK = 32;
  static final int BLOCK_BYTES = 34;

  private static final VectorSpecies<Short> SHORTS =
      Lanes.FLOATS.vectorBitSize() >= 256 ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;
  private static final VectorShape SHAPE = SHORTS.vectorShape();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final int STEP = SHORTS.length();

  /** Shorts that are multiplied and added at once: two vectors, a block or half of one. */
  private static final int UNIT = 2 * STEP;

  private final float[] lanes = new float[2 * Lanes.COUNT];

  /** Widens the weight row at an offset. */
  static void widen(MemorySegment data, long at, Q8Rows out) {
    for (int i = 0; i < out.blocks; i++) {
      long block = at + (long) i * BLOCK_BYTES;
      out.scales[i] = Float.float16ToFloat(data.get(Lanes.SHORT, block));
      for (int j = 0; j < BLOCK; j += STEP) {
        ByteVector bytes =
            ByteVector.fromMemorySegment(BYTES, data, block + 2 + j, ByteOrder.LITTLE_ENDIAN);
        ((ShortVector) bytes.convertShape(B2S, SHORTS, 0)).intoArray(out.values, i * BLOCK + j);
      }
    }
  }

  /** A widened weight row with input row {@code row}. */
  float dot(Q8Rows weight, Q8Rows x, int row) {
    int length = weight.blocks * BLOCK;
    int offset = row * length;
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < length; i += UNIT) {
      ShortVector low = load(weight.values, i);
      ShortVector high = load(weight.values, i + STEP);
      float scale = weight.scales[i / BLOCK];
      sum = products(low, high, x.values, offset + i).fma(scale(scale, x, offset + i), sum);
    }
    sum.intoArray(lanes, 0);
    return Lanes.fold(lanes, 0);
  }

  /** A widened weight row with input rows {@code row} and the next. */
  void dot1x2(Q8Rows weight, Q8Rows x, int row, float[] out) {
    int length = weight.blocks * BLOCK;
    int first = row * length;
    int second = first + length;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    for (int i = 0; i < length; i += UNIT) {
      ShortVector low = load(weight.values, i);
      ShortVector high = load(weight.values, i + STEP);
      float scale = weight.scales[i / BLOCK];
      a = products(low, high, x.values, first + i).fma(scale(scale, x, first + i), a);
      b = products(low, high, x.values, second + i).fma(scale(scale, x, second + i), b);
    }
    a.intoArray(lanes, 0);
    b.intoArray(lanes, Lanes.COUNT);
    out[0] = Lanes.fold(lanes, 0);
    out[1] = Lanes.fold(lanes, Lanes.COUNT);
  }

  private static FloatVector products(ShortVector low, ShortVector high, short[] x, int at) {
    IntVector pairs = low.mul(load(x, at)).add(high.mul(load(x, at + STEP))).reinterpretAsInts();
    IntVector sums = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16));
    return (FloatVector) sums.convertShape(I2F, FLOATS, 0);
  }

  private static ShortVector load(short[] values, int at) {
    return ShortVector.fromArray(SHORTS, values, at);
  }

  private static FloatVector scale(float weight, Q8Rows x, int at) {
    return FloatVector.broadcast(FLOATS, weight * x.scales[at / BLOCK]);
  }
}
