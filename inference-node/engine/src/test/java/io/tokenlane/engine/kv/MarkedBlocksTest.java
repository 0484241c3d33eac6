package io.tokenlane.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks of tokens that left the model early are found by tables of the same mark only. */
class MarkedBlocksTest {
  private static final int SIZE = 4;
  private final int[] tokens = IntStream.range(0, 40).toArray();
  private final BlockPool pool = new BlockPool(32, SIZE, true);

  private BlockTable computed(long mark, int shallowFrom, int length) {
    BlockTable table = new BlockTable(CacheSalt.NONE, mark);
    int found = pool.match(table, tokens, length + 1);
    pool.makeRoom(table, found, length, 0);
    if (shallowFrom < length) {
      table.leftEarly(shallowFrom);
    }
    pool.publish(table, tokens, length);
    return table;
  }

  private int found(long mark) {
    BlockTable table = new BlockTable(CacheSalt.NONE, mark);
    int found = pool.match(table, tokens, 40);
    pool.release(table);
    return found;
  }

  @Test
  void onlyTheSameMarkFindsThem() {
    BlockTable shallow = computed(7, 9, 20);
    assertThat(found(0)).isEqualTo(8);
    assertThat(found(5)).isEqualTo(8);
    assertThat(found(7)).isEqualTo(20);
    pool.release(shallow);
    assertThat(found(0)).isEqualTo(8);
    assertThat(found(7)).isEqualTo(20);
  }

  @Test
  void wholeBlocksGoBeforeMarkedOnes() {
    pool.release(computed(7, 9, 20));
    pool.release(computed(0, 40, 16));
    assertThat(found(0)).isEqualTo(16);
    assertThat(found(7)).isEqualTo(16);
  }

  /** Behind a marked block all are marked, even if all their tokens went through all layers. */
  @Test
  void whatFollowsAMarkedBlockIsMarked() {
    BlockTable table = computed(7, 9, 20);
    pool.makeRoom(table, 20, 32, 0);
    pool.publish(table, tokens, 32);
    pool.release(table);
    assertThat(found(7)).isEqualTo(32);
    assertThat(found(0)).isEqualTo(8);
  }

  /** A fork goes on as its origin would: nothing is indexed as what it is not. */
  @ParameterizedTest
  @CsvSource({
    // forked, found without the mark, with it
    "18, 8, 32",
    "10, 8, 32",
    "9, 32, 32",
    "7, 32, 32",
  })
  void aForkIsAsShallowAsWhatItHoldsOfItsOrigin(int forked, int whole, int marked) {
    BlockTable origin = computed(7, 9, 20);
    BlockTable fork = new BlockTable(CacheSalt.NONE, 7);
    pool.fork(origin, fork, tokens, forked);
    pool.makeRoom(fork, forked, 32, 0);
    pool.announce(fork, tokens, 32);
    pool.checkInvariants(List.of(origin, fork));
    pool.publish(fork, tokens, 32);
    pool.checkInvariants(List.of(origin, fork));
    pool.release(origin);
    pool.release(fork);
    assertThat(found(0)).isEqualTo(whole);
    assertThat(found(7)).isEqualTo(marked);
  }

  @Test
  void aTableWithoutMarkHoldsNoShallowToken() {
    BlockTable table = new BlockTable(CacheSalt.NONE);
    assertThatThrownBy(() -> table.leftEarly(3)).hasMessageContaining("position 3");
  }
}
