package io.tokenlane.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SystemMemoryTest {

  @ParameterizedTest
  @CsvSource({"1, true", "4097, false", "5000001, true", "9000000, false"})
  void isZerosUntilTheArenaCloses(long bytes, boolean dense) {
    MemorySegment memory;
    try (Arena arena = Arena.ofShared()) {
      memory = SystemMemory.zeros(bytes, dense, arena);
      assertThat(memory.byteSize()).isEqualTo(bytes);
      assertThat(memory.address() % 4096).isZero();
      assertThat(memory.mismatch(arena.allocate(bytes))).isEqualTo(-1);
      memory.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 7);
      assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);
    }
    MemorySegment gone = memory;
    assertThatThrownBy(() -> gone.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }
}
