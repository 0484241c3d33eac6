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
  private static final long ROW_RESULTS = (long) Int8Matrix.PANEL * Float.BYTES;

  private final float[] weightScales = new float[Int8Matrix.PANEL];
  private MemorySegment weights = MemorySegment.NULL;
  private MemorySegment inputs = MemorySegment.NULL;
  private MemorySegment results = MemorySegment.NULL;
  private int rows;
  private int pairs;

  @Override
  public void multiply(Int8Matrix matrix, int panel, int panels, Tile tile, MemorySegment out) {
    weights = matrix.memory();
    inputs = tile.rows().values();
    results = out;
    rows = tile.count();
    pairs = matrix.group() / 2;
    long panelResults = (long) rows * ROW_RESULTS;
    out.asSlice(0, panels * panelResults).fill((byte) 0);
    for (int i = 0; i < panels; i++) {
      for (int group = 0; group < matrix.groups(); group++) {
        long at = (panel + i) * matrix.panelBytes() + group * matrix.groupBytes();
        group(at, tile, group, i * panelResults);
      }
    }
  }

  private void group(long at, Tile tile, int group, long result) {
    Int8Rows in = tile.rows();
    readScales(at + pairs * PAIR);
    long values = in.valuesOf(tile.index()) + (long) group * pairs * rows * Integer.BYTES;
    long inputScales = in.scalesOf(tile.index()) + (long) group * rows * Float.BYTES;
    for (int row = 0; row < rows; row++) {
      float scale = in.scales().get(ValueLayout.JAVA_FLOAT, inputScales + (long) row * Float.BYTES);
      long value = values + (long) row * Integer.BYTES;
      for (int i = 0; i < Int8Matrix.PANEL; i += OUTPUTS) {
        FloatVector factor = FloatVector.fromArray(FLOATS, weightScales, i).mul(scale);
        long to = result + row * ROW_RESULTS + (long) i * Float.BYTES;
        ((FloatVector) sum(at + 2L * i, value).convert(VectorOperators.I2F, 0))
            .fma(factor, FloatVector.fromMemorySegment(FLOATS, results, to, ORDER))
            .intoMemorySegment(results, to, ORDER);
      }
    }
  }

  /** Sums of the products of a group, two pairs of inputs a turn. */
  private IntVector sum(long at, long input) {
    IntVector sum = IntVector.zero(INTS);
    long stride = (long) rows * Integer.BYTES;
    for (int i = 0; i < pairs; i += 2) {
      ShortVector first = products(at + i * PAIR, input + i * stride);
      ShortVector second = products(at + (i + 1) * PAIR, input + (i + 1) * stride);
      IntVector both = first.add(second).reinterpretAsInts();
      IntVector even = both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
      sum = sum.add(even).add(both.lanewise(VectorOperators.ASHR, 16));
    }
    return sum;
  }

  private ShortVector products(long at, long input) {
    ShortVector weight =
        (ShortVector)
            ByteVector.fromMemorySegment(BYTES, weights, at, ORDER)
                .convertShape(VectorOperators.B2S, SHORTS, 0);
    int pair = inputs.get(ValueLayout.JAVA_INT, input);
    return weight.mul(IntVector.broadcast(INTS, pair).reinterpretAsShorts());
  }

  private void readScales(long at) {
    for (int i = 0; i < weightScales.length; i++) {
      weightScales[i] = Float.float16ToFloat(weights.get(Lanes.SHORT, at + 2L * i));
    }
  }
}
