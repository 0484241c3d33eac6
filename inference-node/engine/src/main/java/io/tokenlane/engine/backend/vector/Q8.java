package io.tokenlane.engine.backend.vector;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2S;
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
 * <p>Weight rows are widened once for all input rows. The kernels are kept small: the compiler
 * gives up on larger ones, and vectors that it does not keep in registers cost a hundredfold.
 */
final class Q8 {
  static final int BLOCK = 32;
  static final int BLOCK_BYTES = 34;

  /** Weight rows that are widened together. */
  static final int ROWS = 4;

  private static final VectorSpecies<Short> SHORTS =
      Lanes.FLOATS.vectorBitSize() >= 256 ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;
  private static final VectorShape SHAPE = SHORTS.vectorShape();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final int STEP = SHORTS.length();

  /**
   * 1.5 * 2^23: an int below 2^22 added to its bits is the float it stands for, plus this. The
   * API's own conversion is what makes kernels too large.
   */
  private static final float MAGIC = 12582912f;

  private static final int MAGIC_BITS = 0x4b400000;

  /** Shorts that are multiplied and added at once: two vectors, a block or half of one. */
  private static final int UNIT = 2 * STEP;

  private final float[] lanes = new float[2 * Lanes.COUNT];

  /** Widens {@code rows} weight rows that begin at an offset. */
  static void widen(MemorySegment data, long at, int rows, Q8Rows out) {
    int count = rows * out.blocks;
    for (int i = 0; i < count; i++) {
      long block = at + (long) i * BLOCK_BYTES;
      out.scales[i] = Float.float16ToFloat(data.get(Lanes.SHORT, block));
      for (int j = 0; j < BLOCK; j += STEP) {
        ByteVector bytes =
            ByteVector.fromMemorySegment(BYTES, data, block + 2 + j, ByteOrder.LITTLE_ENDIAN);
        ((ShortVector) bytes.convertShape(B2S, SHORTS, 0)).intoArray(out.values, i * BLOCK + j);
      }
    }
  }

  /** One row with one row. */
  float dot(Q8Rows left, int leftRow, Q8Rows right, int rightRow) {
    int length = left.blocks * BLOCK;
    int first = leftRow * length;
    int second = rightRow * length;
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < length; i += UNIT) {
      ShortVector low = load(left.values, first + i);
      ShortVector high = load(left.values, first + i + STEP);
      float scale = left.scales[(first + i) / BLOCK];
      sum = products(low, high, right.values, second + i).fma(scale(scale, right, second + i), sum);
    }
    sum.intoArray(lanes, 0);
    return Lanes.fold(lanes, 0);
  }

  /**
   * One row with row {@code twoRow} and the next; which side the weights are on is no matter.
   * Written out so that it is too long to be inlined: the compiler gives up on two copies in one
   * method.
   */
  void dot1x2(Q8Rows one, int oneRow, Q8Rows two, int twoRow, float[] out) {
    int length = one.blocks * BLOCK;
    int begin = oneRow * length;
    int first = twoRow * length;
    int second = first + length;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    for (int i = 0; i < length; i += UNIT) {
      ShortVector low = load(one.values, begin + i);
      ShortVector high = load(one.values, begin + i + STEP);
      float scale = one.scales[(begin + i) / BLOCK];
      ShortVector products = low.mul(load(two.values, first + i));
      IntVector pairs =
          products.add(high.mul(load(two.values, first + i + STEP))).reinterpretAsInts();
      IntVector low16 = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16);
      IntVector sums = low16.add(pairs.lanewise(ASHR, 16)).add(MAGIC_BITS);
      a = sums.reinterpretAsFloats().sub(MAGIC).fma(scale(scale, two, first + i), a);
      products = low.mul(load(two.values, second + i));
      pairs = products.add(high.mul(load(two.values, second + i + STEP))).reinterpretAsInts();
      low16 = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16);
      sums = low16.add(pairs.lanewise(ASHR, 16)).add(MAGIC_BITS);
      b = sums.reinterpretAsFloats().sub(MAGIC).fma(scale(scale, two, second + i), b);
    }
    a.intoArray(lanes, 0);
    b.intoArray(lanes, Lanes.COUNT);
    out[0] = Lanes.fold(lanes, 0);
    out[1] = Lanes.fold(lanes, Lanes.COUNT);
  }

  private static FloatVector products(ShortVector low, ShortVector high, short[] x, int at) {
    IntVector pairs = low.mul(load(x, at)).add(high.mul(load(x, at + STEP))).reinterpretAsInts();
    IntVector low16 = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16);
    IntVector sums = low16.add(pairs.lanewise(ASHR, 16)).add(MAGIC_BITS);
    return sums.reinterpretAsFloats().sub(MAGIC);
  }

  private static ShortVector load(short[] values, int at) {
    return ShortVector.fromArray(SHORTS, values, at);
  }

  private static FloatVector scale(float weight, Q8Rows x, int at) {
    return FloatVector.broadcast(FLOATS, weight * x.scales[at / BLOCK]);
  }
}
