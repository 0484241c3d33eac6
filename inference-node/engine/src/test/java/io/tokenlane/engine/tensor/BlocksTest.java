package io.tokenlane.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Blocks against the values that the reference, the {@code gguf} package 0.19.0 for Python, gives
 * them: normally distributed values quantised by it for Q4_0, random bits for the others.
 */
final class BlocksTest {
  private static final int ROWS = 2;
  private static final int COLUMNS = 1024;

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"Q4_0", "Q4_K", "Q5_K", "Q6_K"})
  void valuesAreTheReferencesToTheBit(DType dtype) throws IOException {
    float[] expected = new float[ROWS * COLUMNS];
    ByteBuffer.wrap(resource(dtype, "f32"))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(expected);
    MemorySegment blocks = MemorySegment.ofArray(resource(dtype, "blocks"));
    Tensor tensor = new Tensor("golden", dtype, new int[] {ROWS, COLUMNS}, blocks);

    float[] actual = new float[ROWS * COLUMNS];
    tensor.decodeRow(0, actual, 0);
    tensor.decodeRow(1, actual, COLUMNS);
    assertThat(actual).isEqualTo(expected);
    for (int i = 0; i < expected.length; i += 7) {
      assertThat(tensor.floatAt(i)).as("element %d", i).isEqualTo(expected[i]);
    }
  }

  private static byte[] resource(DType dtype, String kind) throws IOException {
    String name = "/tensor/" + dtype.name().toLowerCase(Locale.ROOT) + "." + kind;
    try (InputStream in = Objects.requireNonNull(BlocksTest.class.getResourceAsStream(name))) {
      return in.readAllBytes();
    }
  }
}
