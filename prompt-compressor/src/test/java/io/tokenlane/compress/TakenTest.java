package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TakenTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 20261128})
  void aRangeIsFreeWhereNoElementOfItIsTaken(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int size : new int[] {1, 63, 64, 65, 128, 700, 9000}) {
      Taken taken = new Taken(size);
      BitSet plain = new BitSet();
      for (int i = 0; i < 300; i++) {
        int start = random.nextInt(size);
        int length = 1 + random.nextInt(Math.min(size - start, 1 + random.nextInt(size)));
        int next = plain.nextSetBit(start);
        boolean free = next < 0 || next >= start + length;
        assertThat(taken.isFree(start, length)).isEqualTo(free);
        if (free && random.nextInt(4) == 0) {
          int few = 1 + random.nextInt(Math.min(length, 70));
          taken.take(start, few);
          plain.set(start, start + few);
        }
      }
    }
  }
}
