package io.tokenlane.engine.backend.int8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.engine.backend.host.HostLinear;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What packing keeps and what it rounds. */
final class Int8MatrixTest {
  private static final long SEED = 20261122;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void keepsWhatIsInBytesAlready(DType dtype) {
    Tensor first = blocks(dtype, 21, 96);
    Tensor second = blocks(dtype, 14, 96);
    try (Arena arena = Arena.ofShared()) {
      Int8Matrix packed = Int8Matrix.pack(new HostLinear(List.of(first, second), List.of()), arena);
      for (int output = 0; output < 35; output++) {
        Tensor from = output < 21 ? first : second;
        for (int input = 0; input < 96; input++) {
          int row = output < 21 ? output : output - 21;
          assertThat(value(packed, output, input)).isEqualTo(from.floatAt(row * 96L + input));
        }
        assertThat(decoded(packed, output))
            .isEqualTo(decoded(from, output < 21 ? output : output - 21));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 32", "31, 32", "40, 32", "192, 64", "512, 128", "1024, 128"})
  void roundsFloatsByHalfAStepAtMost(int inputs, int group) {
    float[] values = new float[19 * inputs];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(6) - 5));
    }
    Tensor tensor =
        new Tensor("random", DType.F32, new int[] {19, inputs}, MemorySegment.ofArray(values));
    try (Arena arena = Arena.ofShared()) {
      Int8Matrix packed = Int8Matrix.pack(new HostLinear(List.of(tensor), List.of()), arena);
      assertThat(packed.group()).isEqualTo(group);
      for (int i = 0; i < values.length; i++) {
        float scale = scale(packed, i / inputs, i % inputs);
        assertThat(value(packed, i / inputs, i % inputs))
            .as("weight %d, seed %d", i, SEED)
            .isCloseTo(values[i], within(scale * 0.5001f));
      }
    }
  }

  @Test
  void zerosStayZero() {
    Tensor tensor =
        new Tensor("zeros", DType.F32, new int[] {3, 64}, MemorySegment.ofArray(new float[192]));
    try (Arena arena = Arena.ofShared()) {
      Int8Matrix packed = Int8Matrix.pack(new HostLinear(List.of(tensor), List.of()), arena);
      assertThat(value(packed, 2, 63)).isZero();
    }
  }

  private static float[] decoded(Int8Matrix packed, int output) {
    float[] row = new float[packed.inputs() + 1];
    packed.decode(output, row, 1);
    return row;
  }

  private static float[] decoded(Tensor tensor, int row) {
    float[] values = new float[tensor.columns() + 1];
    tensor.decodeRow(row, values, 1);
    return values;
  }

  private static float value(Int8Matrix packed, int output, int input) {
    long group = group(packed, output, input);
    int within = input % packed.group();
    long at = group + within / 2 * 32L + output % 16 * 2L + within % 2;
    return scale(packed, output, input) * packed.memory().get(ValueLayout.JAVA_BYTE, at);
  }

  private static float scale(Int8Matrix packed, int output, int input) {
    long at = group(packed, output, input) + 16L * packed.group() + output % 16 * 2L;
    return Float.float16ToFloat(packed.memory().get(SHORT, at));
  }

  private static long group(Int8Matrix packed, int output, int input) {
    return output / 16 * packed.panelBytes() + input / packed.group() * packed.groupBytes();
  }

  private Tensor blocks(DType dtype, int rows, int columns) {
    byte[] data = new byte[(int) dtype.bytes((long) rows * columns)];
    random.nextBytes(data);
    MemorySegment segment = MemorySegment.ofArray(data);
    for (int at = 0; at < data.length; at += dtype.blockBytes()) {
      segment.set(SHORT, at, Float.floatToFloat16(random.nextFloat() - 0.5f));
    }
    return new Tensor("random", dtype, new int[] {rows, columns}, segment);
  }
}
