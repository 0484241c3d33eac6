package io.tokenlane.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReleaseTest {
  private static final int BYTES = 1 << 20;

  @TempDir private Path folder;

  @Test
  void releasedWeightsCanStillBeRead() throws IOException {
    byte[] bytes = new byte[BYTES];
    new Random(5).nextBytes(bytes);
    Path file = Files.write(folder.resolve("weights"), bytes);
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, BYTES, arena);
      released(mapped.asSlice(100, BYTES - 200));
      released(mapped.asSlice(4, 4000));
    }
  }

  @Test
  void memoryThatIsNoFileKeepsItsValues() {
    byte[] bytes = new byte[BYTES];
    new Random(6).nextBytes(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment plain = arena.allocate(BYTES);
      MemorySegment.copy(bytes, 0, plain, ValueLayout.JAVA_BYTE, 0, BYTES);
      released(plain.asSlice(100, BYTES - 200));
    }
    released(MemorySegment.ofArray(bytes).asSlice(100, BYTES - 200));
  }

  private static void released(MemorySegment data) {
    int count = (int) data.byteSize() / Float.BYTES;
    byte[] before = data.toArray(ValueLayout.JAVA_BYTE);
    new Tensor("t", DType.F32, new int[] {count}, data).release();
    assertThat(data.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
  }
}
