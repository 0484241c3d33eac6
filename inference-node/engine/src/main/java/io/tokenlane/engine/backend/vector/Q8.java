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
 * added in pairs to ints, exactly. Blocks are summed upwards in float32, lane by lane, then lanes
 * onto each other: one order for every tile.
 */
final class Q8 {
  static final int BLOCK = 32;
  static final long BLOCK_BYTES = 34;

  private static final VectorSpecies<Short> SHORTS =
      Lanes.FLOATS.vectorBitSize() >= 256 ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;
  private static final VectorShape SHAPE = SHORTS.vectorShape();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final int STEP = SHORTS.length();

  private Q8() {}

  /** The weight row at an offset with one input row. */
  static float dot(MemorySegment w, long at, Q8Rows x, int row) {
    int blocks = x.blocks;
    int xAt = row * blocks;
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < blocks; i++) {
      long block = at + i * BLOCK_BYTES;
      float scale = Float.float16ToFloat(w.get(Lanes.SHORT, block));
      sum = products(w, block + 2, x, xAt + i).fma(scale(scale, x, xAt + i), sum);
    }
    return fold(sum);
  }

  /** The weight row at an offset with four input rows from {@code row} on. */
  static void dot1x4(MemorySegment w, long at, Q8Rows x, int row, float[] out) {
    int blocks = x.blocks;
    int xAt = row * blocks;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < blocks; i++) {
      long block = at + i * BLOCK_BYTES;
      float scale = Float.float16ToFloat(w.get(Lanes.SHORT, block));
      int first = xAt + i;
      int second = first + blocks;
      int third = second + blocks;
      int fourth = third + blocks;
      a = products(w, block + 2, x, first).fma(scale(scale, x, first), a);
      b = products(w, block + 2, x, second).fma(scale(scale, x, second), b);
      c = products(w, block + 2, x, third).fma(scale(scale, x, third), c);
      d = products(w, block + 2, x, fourth).fma(scale(scale, x, fourth), d);
    }
    out[0] = fold(a);
    out[1] = fold(b);
    out[2] = fold(c);
    out[3] = fold(d);
  }

  private static FloatVector products(MemorySegment w, long at, Q8Rows x, int block) {
    IntVector total = IntVector.zero(INTS);
    for (int j = 0; j < BLOCK; j += 2 * STEP) {
      ShortVector first = product(w, at + j, x, block * BLOCK + j);
      ShortVector second = product(w, at + j + STEP, x, block * BLOCK + j + STEP);
      IntVector pairs = first.add(second).reinterpretAsInts();
      IntVector low = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16);
      total = total.add(low).add(pairs.lanewise(ASHR, 16));
    }
    return (FloatVector) total.convertShape(I2F, FLOATS, 0);
  }

  private static ShortVector product(MemorySegment w, long at, Q8Rows x, int xAt) {
    ByteVector bytes = ByteVector.fromMemorySegment(BYTES, w, at, ByteOrder.LITTLE_ENDIAN);
    ShortVector weights = (ShortVector) bytes.convertShape(B2S, SHORTS, 0);
    return weights.mul(ShortVector.fromArray(SHORTS, x.values, xAt));
  }

  private static FloatVector scale(float weight, Q8Rows x, int block) {
    return FloatVector.broadcast(FLOATS, weight * x.scales[block]);
  }

  private static float fold(FloatVector v) {
    return Lanes.sum((FloatVector) v.reinterpretShape(Lanes.FLOATS, 0));
  }
}
