package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies with the Vector API. A product of two bytes up to 127 fits a short, and so does the
 * sum of two; neighbouring shorts, the two inputs of a pair, are then added to ints. The loops are
 * kept small: vectors that the compiler does not keep in registers cost a hundredfold.
 */
final class Int8VectorKernel implements Int8Kernel {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS =
      Lanes.FLOATS.vectorBitSize() >= 256 ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;
  private static final VectorShape SHAPE = SHORTS.vectorShape();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);

  /** Outputs of a vector of sums. */
  private static final int OUTPUTS = INTS.length();

  private static final long PAIR = Int8Matrix.PAIR_BYTES;

  private final float[] weightScales = new float[Int8Matrix.PANEL];

  @Override
  public void multiply(Int8Matrix weights, int panel, int panels, Tile tile, MemorySegment out) {
    int rows = tile.count();
    long panelResults = (long) rows * Int8Matrix.PANEL * Float.BYTES;
    out.asSlice(0, panels * panelResults).fill((byte) 0);
    for (int i = 0; i < panels; i++) {
      long at = (panel + i) * weights.panelBytes();
      for (int group = 0; group < weights.groups(); group++) {
        group(weights, at + group * weights.groupBytes(), tile, group, out, i * panelResults);
      }
    }
  }

  private void group(
      Int8Matrix weights, long at, Tile tile, int group, MemorySegment out, long results) {
    Int8Rows in = tile.rows();
    int rows = tile.count();
    int pairs = weights.group() / 2;
    MemorySegment memory = weights.memory();
    readScales(memory, at + (long) Int8Matrix.PANEL * weights.group());
    long values = in.valuesOf(tile.index()) + (long) group * pairs * rows * Integer.BYTES;
    long scales = in.scalesOf(tile.index()) + (long) group * rows * Float.BYTES;
    for (int row = 0; row < rows; row++) {
      float scale = in.scales().get(ValueLayout.JAVA_FLOAT, scales + (long) row * Float.BYTES);
      long value = values + (long) row * Integer.BYTES;
      long result = results + (long) row * Int8Matrix.PANEL * Float.BYTES;
      for (int i = 0; i < Int8Matrix.PANEL; i += OUTPUTS) {
        IntVector sum = sum(memory, at + 2L * i, in.values(), value, rows, pairs);
        FloatVector factor = FloatVector.fromArray(FLOATS, weightScales, i).mul(scale);
        long to = result + (long) i * Float.BYTES;
        ((FloatVector) sum.convert(VectorOperators.I2F, 0))
            .fma(factor, FloatVector.fromMemorySegment(FLOATS, out, to, ORDER))
            .intoMemorySegment(out, to, ORDER);
      }
    }
  }

  /** Sums of the products of a group, two pairs of inputs a turn. */
  private static IntVector sum(
      MemorySegment weights, long at, MemorySegment inputs, long input, int rows, int pairs) {
    IntVector sum = IntVector.zero(INTS);
    long stride = (long) rows * Integer.BYTES;
    for (int i = 0; i < pairs; i += 2) {
      ShortVector first = products(weights, at + i * PAIR, inputs, input + i * stride);
      ShortVector second = products(weights, at + (i + 1) * PAIR, inputs, input + (i + 1) * stride);
      IntVector both = first.add(second).reinterpretAsInts();
      IntVector even = both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
      sum = sum.add(even).add(both.lanewise(VectorOperators.ASHR, 16));
    }
    return sum;
  }

  private static ShortVector products(
      MemorySegment weights, long at, MemorySegment inputs, long input) {
    ShortVector weight =
        (ShortVector)
            ByteVector.fromMemorySegment(BYTES, weights, at, ORDER)
                .convertShape(VectorOperators.B2S, SHORTS, 0);
    int pair = inputs.get(ValueLayout.JAVA_INT, input);
    return weight.mul(IntVector.broadcast(INTS, pair).reinterpretAsShorts());
  }

  private void readScales(MemorySegment memory, long at) {
    for (int i = 0; i < weightScales.length; i++) {
      weightScales[i] = Float.float16ToFloat(memory.get(Lanes.SHORT, at + 2L * i));
    }
  }
}
