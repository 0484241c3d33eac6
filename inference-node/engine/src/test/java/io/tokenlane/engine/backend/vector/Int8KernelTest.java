package io.tokenlane.engine.backend.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.backend.int8.Int8Kernel;
import io.tokenlane.engine.backend.int8.Int8Matrix;
import io.tokenlane.engine.backend.int8.Int8Rows;
import io.tokenlane.engine.backend.x86.Avx2Kernel;
import io.tokenlane.engine.backend.x86.Avx512Kernel;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every kernel against the definition, to the bit, over random shapes and the largest values. */
final class Int8KernelTest {
  private static final long SEED = 20261122;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Random random = new Random(SEED);

  private static List<Int8Kernel> kernels() {
    List<Int8Kernel> kernels = new ArrayList<>(List.of(new Int8VectorKernel()));
    if (Avx2Kernel.unavailable().isEmpty()) {
      kernels.add(new Avx2Kernel());
    }
    if (Avx512Kernel.unavailable().isEmpty()) {
      kernels.add(new Avx512Kernel());
    }
    return kernels;
  }

  @Test
  void kernelsGiveTheSameBits() {
    for (int i = 0; i < 60; i++) {
      int inputs = 1 + random.nextInt(700);
      Tensor tensor = floats(1 + random.nextInt(70), inputs, i % 10 == 0);
      try (Arena arena = Arena.ofShared()) {
        check(Int8Matrix.pack(new HostLinear(List.of(tensor), List.of()), arena), i % 7 == 0);
      }
    }
  }

  private void check(Int8Matrix matrix, boolean extreme) {
    Int8Rows rows = new Int8Rows();
    rows.begin(1 + random.nextInt(20), matrix);
    for (int row = 0; row < rows.rows(); row++) {
      float[] values = new float[rows.width()];
      for (int i = 0; i < matrix.inputs(); i++) {
        values[i] = extreme ? -3 : (float) random.nextGaussian();
      }
      rows.quantise(row, values, new int[128]);
    }
    MemorySegment out = Arena.ofAuto().allocate(64L * 6 * 16 * Float.BYTES, 64);
    for (Int8Kernel kernel : kernels()) {
      for (int tile = 0; tile < rows.tiles(); tile++) {
        Int8Kernel.Tile some = new Int8Kernel.Tile(rows, tile);
        int panel = random.nextInt(matrix.panels());
        kernel.multiply(matrix, panel, matrix.panels() - panel, some, out);
        for (int i = 0; i < (matrix.panels() - panel) * some.count() * Int8Matrix.PANEL; i++) {
          assertThat(out.getAtIndex(ValueLayout.JAVA_FLOAT, i))
              .as("%s, result %d, seed %d", kernel.getClass().getSimpleName(), i, SEED)
              .isEqualTo(expected(matrix, panel, some, i));
        }
      }
    }
  }

  private static float expected(Int8Matrix matrix, int firstPanel, Int8Kernel.Tile tile, int at) {
    int lane = at % Int8Matrix.PANEL;
    int row = at / Int8Matrix.PANEL % tile.count();
    long panel = (long) firstPanel + at / Int8Matrix.PANEL / tile.count();
    Int8Rows in = tile.rows();
    float sum = 0;
    for (int group = 0; group < matrix.groups(); group++) {
      long weights = panel * matrix.panelBytes() + group * matrix.groupBytes();
      long pairs = in.valuesOf(tile.index()) + (long) group * matrix.group() / 2 * tile.count() * 4;
      int products = 0;
      for (int i = 0; i < matrix.group(); i++) {
        long weight = weights + i / 2 * 32L + lane * 2L + i % 2;
        long input = pairs + ((long) i / 2 * tile.count() + row) * 4 + i % 2 * 2L;
        products +=
            matrix.memory().get(ValueLayout.JAVA_BYTE, weight) * in.values().get(SHORT, input);
      }
      long scale = weights + 16L * matrix.group() + 2L * lane;
      long rowScale = in.scalesOf(tile.index()) + ((long) group * tile.count() + row) * 4;
      float factor =
          Float.float16ToFloat(matrix.memory().get(SHORT, scale))
              * in.scales().get(ValueLayout.JAVA_FLOAT, rowScale);
      sum = Math.fma((float) products, factor, sum);
    }
    return sum;
  }

  private Tensor floats(int rows, int columns, boolean extreme) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = extreme ? -1 : (float) random.nextGaussian();
    }
    return new Tensor(
        "random", DType.F32, new int[] {rows, columns}, MemorySegment.ofArray(values));
  }
}
