package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class PackedBytesTest {

  @Test
  void givesBackWhatWasPacked() {
    Random random = new Random(42);
    for (int count : new int[] {0, 1, 2, 300}) {
      byte[][] strings = new byte[count][];
      for (int i = 0; i < count; i++) {
        strings[i] = new byte[random.nextInt(i % 50 == 7 ? 2000 : 6)];
        random.nextBytes(strings[i]);
      }
      PackedBytes packed = new PackedBytes(count, i -> strings[i]);
      assertThat(packed.size()).isEqualTo(count);
      for (int i = 0; i < count; i++) {
        assertThat(packed.get(i)).isEqualTo(strings[i]);
      }
    }
  }
}
