package io.tokenlane.engine.backend.vector;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The shapes that the kernels use, and sums over lanes. The API's own lane sums may add in any
 * order, and differ between interpreted and compiled code; these add in one order.
 */
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
  static final int COUNT = FLOATS.length();

  /** Half-wide shorts, which widen to {@link #INTS}. */
  static final VectorSpecies<Short> HALF_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Lanes() {}

  /**
   * The sum of a vector stored at {@code lanes[at] ..}: halves onto each other until one is left.
   */
  static float fold(float[] lanes, int at) {
    if (COUNT == 8) {
      float even = (lanes[at] + lanes[at + 4]) + (lanes[at + 2] + lanes[at + 6]);
      float odd = (lanes[at + 1] + lanes[at + 5]) + (lanes[at + 3] + lanes[at + 7]);
      return even + odd;
    }
    if (COUNT == 16) {
      return fold16(lanes, at);
    }
    for (int half = COUNT / 2; half > 0; half /= 2) {
      for (int i = at; i < at + half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[at];
  }

  /** The same order without a loop, which costs more than the products of a short row. */
  private static float fold16(float[] lanes, int at) {
    float even = (lanes[at] + lanes[at + 8]) + (lanes[at + 4] + lanes[at + 12]);
    even += (lanes[at + 2] + lanes[at + 10]) + (lanes[at + 6] + lanes[at + 14]);
    float odd = (lanes[at + 1] + lanes[at + 9]) + (lanes[at + 5] + lanes[at + 13]);
    odd += (lanes[at + 3] + lanes[at + 11]) + (lanes[at + 7] + lanes[at + 15]);
    return even + odd;
  }

  /**
   * e^x by range reduction and a polynomial of degree 6 (Cephes, expf), within 2 units in the last
   * place; inputs are clamped to -86.5 .. 88. Not the API's own, which differs between interpreted
   * and compiled code.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector raised = x.blend(-86.5f, x.compare(VectorOperators.LT, -86.5f));
    FloatVector clamped = raised.blend(88f, raised.compare(VectorOperators.GT, 88f));
    FloatVector shifted = clamped.fma(broadcast(1.442695f), broadcast(12582912f));
    FloatVector whole = shifted.sub(12582912f);
    FloatVector r = whole.fma(broadcast(-0.6933594f), clamped);
    r = whole.fma(broadcast(2.12194440e-4f), r);
    FloatVector p = broadcast(0.00019875691f);
    p = p.fma(r, broadcast(0.0013981999f));
    p = p.fma(r, broadcast(0.008333452f));
    p = p.fma(r, broadcast(0.041665796f));
    p = p.fma(r, broadcast(0.16666666f));
    p = p.fma(r, broadcast(0.5f));
    p = p.fma(r.mul(r), r.add(1f));
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
  }

  /** The same of one number. */
  static float exp(float x) {
    return exp(broadcast(x)).lane(0);
  }

  /** Shorts of a binary32's upper half as floats. */
  static FloatVector bfloat16(ShortVector halves) {
    return ((IntVector) halves.convertShape(VectorOperators.S2I, INTS, 0))
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  /**
   * Shorts of binary16 as floats: the bits are moved to binary32's places, and a product corrects
   * the exponent's bias, subnormals included; infinities and NaNs get theirs back.
   */
  static FloatVector float16(ShortVector halves) {
    IntVector bits = (IntVector) halves.convertShape(VectorOperators.S2I, INTS, 0);
    IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, 16);
    IntVector magnitude = bits.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
    FloatVector value = magnitude.reinterpretAsFloats().mul(0x1p112f);
    IntVector special = value.reinterpretAsInts().or(0x7f800000);
    IntVector finite = value.reinterpretAsInts();
    return finite
        .blend(special, value.compare(VectorOperators.GE, 65536f).cast(INTS))
        .or(sign)
        .reinterpretAsFloats();
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }
}
