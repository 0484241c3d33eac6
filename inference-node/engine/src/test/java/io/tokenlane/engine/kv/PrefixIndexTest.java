package io.tokenlane.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PrefixIndexTest {

  @Test
  void equalHashesOfDifferentTokensAreToldApart() {
    PrefixIndex index = new PrefixIndex(4, 2);
    PrefixHash hash = new PrefixHash();
    hash.reset(new CacheSalt(1, 1));
    index.add(0, hash, new int[] {1, 2}, 0);
    index.add(1, hash, new int[] {3, 4}, 0);
    assertThat(index.find(hash, new int[] {9, 3, 4}, 1)).isEqualTo(1);
    assertThat(index.find(hash, new int[] {1, 2}, 0)).isZero();
    assertThat(index.find(hash, new int[] {1, 3}, 0)).isEqualTo(-1);
    index.remove(0);
    assertThat(index.find(hash, new int[] {1, 2}, 0)).isEqualTo(-1);
    assertThat(index.find(hash, new int[] {3, 4}, 0)).isEqualTo(1);
    assertThat(index.contains(0)).isFalse();
  }

  @Test
  void aBlockIsIndexedOnce() {
    PrefixIndex index = new PrefixIndex(4, 2);
    PrefixHash hash = new PrefixHash();
    hash.reset(CacheSalt.NONE);
    index.add(3, hash, new int[] {1, 2}, 0);
    assertThatThrownBy(() -> index.add(3, hash, new int[] {3, 4}, 0))
        .hasMessage("block 3: indexed again (expected: once, until it is removed)");
    index.remove(3);
    index.add(3, hash, new int[] {3, 4}, 0);
    assertThat(index.find(hash, new int[] {3, 4}, 0)).isEqualTo(3);
  }

  @Test
  void eachLaneOfTheHashTellsRandomBlocksApart() {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    Set<Long> high = new HashSet<>();
    Set<Long> low = new HashSet<>();
    Set<String> blocks = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      int[] tokens = random.ints(4, 0, 50).toArray();
      if (blocks.add(Arrays.toString(tokens))) {
        PrefixHash hash = new PrefixHash();
        hash.reset(CacheSalt.NONE);
        hash.append(tokens, 0, 4);
        assertThat(high.add(hash.high) && low.add(hash.low)).as("seed %d", seed).isTrue();
      }
    }
  }

  @Test
  void eachLaneCoversTheBlocksBeforeAndTheSalt() {
    PrefixHash plain = hash(0, 1, 2, 3, 4);
    for (PrefixHash other : List.of(hash(0, 9, 2, 3, 4), hash(5, 1, 2, 3, 4), hash(0, 3, 4))) {
      assertThat(other.high).isNotEqualTo(plain.high);
      assertThat(other.low).isNotEqualTo(plain.low);
    }
    assertThat(hash(0, 1, 2, 3, 4).high).isEqualTo(plain.high);
  }

  /** The hash after blocks of two tokens. */
  private static PrefixHash hash(long salt, int... tokens) {
    PrefixHash hash = new PrefixHash();
    hash.reset(new CacheSalt(salt, salt));
    for (int from = 0; from < tokens.length; from += 2) {
      hash.append(tokens, from, 2);
    }
    return hash;
  }
}
