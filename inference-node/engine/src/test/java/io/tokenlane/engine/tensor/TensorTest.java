package io.tokenlane.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class TensorTest {

  @Test
  void decodesBlocks() {
    byte[] bytes = new byte[2 * 34];
    bytes[1] = 0x3c; // scale 1
    bytes[2] = -128;
    bytes[34 + 1] = 0x40; // scale 2
    bytes[34 + 2 + 31] = 127;
    Tensor tensor = new Tensor("t", DType.Q8_0, new int[] {1, 64}, MemorySegment.ofArray(bytes));
    float[] row = new float[65];
    tensor.decodeRow(0, row, 1);
    assertThat(row[1]).isEqualTo(-128);
    assertThat(row[64]).isEqualTo(254);
    assertThat(tensor.floatAt(63)).isEqualTo(254);
    assertThat(tensor).hasToString("t Q8_0 [1, 64]");
    assertThat(tensor.rowBytes()).isEqualTo(68);
  }

  @Test
  void refusesBytesThatDoNotFitItsShape() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[16]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tensor("t", DType.F32, new int[] {3}, bytes))
        .withMessage("t: 16 bytes (expected: 12 for F32 [3])");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tensor("t", DType.Q8_0, new int[] {16}, bytes))
        .withMessage("t: row length 16 (expected: a multiple of 32 for Q8_0)");
  }
}
