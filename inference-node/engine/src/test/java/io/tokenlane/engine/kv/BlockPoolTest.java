package io.tokenlane.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockPoolTest {
  private static final int BLOCK = 4;
  private final BlockPool pool = new BlockPool(8, BLOCK, true);
  private final List<BlockTable> tables = new ArrayList<>();

  @AfterEach
  void invariantsHold() {
    pool.checkInvariants(tables);
  }

  @ParameterizedTest
  @CsvSource({
    // computed, asked for, found
    "16, 16, 12",
    "16, 17, 16",
    "16, 30, 16",
    "15, 16, 12",
    "3, 16, 0",
    "16, 4, 0",
    "16, 5, 4",
    "16, 1, 0",
  })
  void findsFullComputedBlocksButNeverTheLastToken(int computed, int asked, int found) {
    int[] tokens = IntStream.range(0, 40).toArray();
    BlockTable first = filled(tokens, computed);
    BlockTable second = table(0);
    assertThat(pool.match(second, tokens, asked)).isEqualTo(found);
    assertThat(second.count()).isEqualTo(found / BLOCK);
    assertThat(Arrays.copyOf(second.ids(), second.count()))
        .isEqualTo(Arrays.copyOf(first.ids(), second.count()));
    assertThat(pool.owned()).isEqualTo(first.count());
  }

  @Test
  void aPrefixOutlivesItsTableUntilItsBlocksAreNeeded() {
    int[] tokens = IntStream.range(0, 16).toArray();
    pool.release(filled(tokens, 16));
    assertThat(pool.owned()).isZero();
    BlockTable again = table(0);
    assertThat(pool.match(again, tokens, 17 - 1)).isEqualTo(12);
    pool.release(again);

    BlockTable other = table(0);
    assertThat(pool.makeRoom(other, 0, 6 * BLOCK, 0)).isTrue();
    BlockTable late = table(0);
    assertThat(pool.match(late, tokens, 16)).as("the first blocks are evicted last").isEqualTo(8);
  }

  @Test
  void theLeastRecentlyReleasedPrefixGoesFirst() {
    int[] old = {1, 1, 1, 1, 9};
    int[] recent = {2, 2, 2, 2, 9};
    BlockTable a = filled(old, 4);
    BlockTable b = filled(recent, 4);
    pool.release(b);
    pool.release(a);
    BlockTable touched = table(0);
    pool.match(touched, recent, 5);
    pool.release(touched);
    pool.makeRoom(table(0), 0, 7 * BLOCK, 0);
    assertThat(pool.match(table(0), recent, 5)).isEqualTo(4);
    assertThat(pool.match(table(0), old, 5)).isZero();
  }

  @Test
  void growTakesAllOrNothingAndLeavesTheSpare() {
    BlockTable table = table(0);
    assertThat(pool.makeRoom(table, 0, 9 * BLOCK, 0)).isFalse();
    assertThat(table.count()).isZero();
    assertThat(pool.makeRoom(table, 0, 6 * BLOCK + 1, 2)).isFalse();
    assertThat(pool.makeRoom(table, 0, 6 * BLOCK, 2)).isTrue();
    assertThat(pool.makeRoom(table, 0, 5 * BLOCK, 8)).as("nothing to take").isTrue();
    assertThat(pool.makeRoom(table(0), 0, 2 * BLOCK, 0)).isTrue();
    assertThat(pool.makeRoom(table, 0, 6 * BLOCK + 1, 0)).isFalse();
  }

  @Test
  void aDifferentFirstBlockOrSaltIsADifferentPrefix() {
    int[] tokens = IntStream.range(0, 12).toArray();
    filled(tokens, 12);
    int[] other = tokens.clone();
    other[0] = 99;
    assertThat(pool.match(table(0), other, 12)).isZero();
    assertThat(pool.match(table(5), tokens, 12)).isZero();
    assertThat(pool.match(table(0), tokens, 12)).isEqualTo(8);
  }

  @Test
  void discardedBlocksAreNotFoundAgainEvenWhereShared() {
    int[] tokens = IntStream.range(0, 12).toArray();
    BlockTable first = filled(tokens, 12);
    BlockTable second = table(0);
    pool.match(second, tokens, 12);
    pool.discard(first);
    assertThat(pool.match(table(0), tokens, 12)).isZero();
    assertThat(pool.owned()).isEqualTo(2);
  }

  @Test
  void withoutReuseNothingIsFound() {
    BlockPool plain = new BlockPool(8, BLOCK, false);
    BlockTable table = new BlockTable(CacheSalt.NONE);
    int[] tokens = new int[20];
    plain.makeRoom(table, 0, 20, 0);
    plain.publish(table, tokens, 20);
    assertThat(plain.match(new BlockTable(CacheSalt.NONE), tokens, 20)).isZero();
  }

  @Test
  void theInvariantCheckSeesALeak() {
    pool.makeRoom(table(0), 0, 1, 0);
    BlockTable leaked = tables.removeLast();
    assertThatThrownBy(() -> pool.checkInvariants(tables))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("block 0: 1 references (expected: 0, its owners)");
    tables.add(leaked);
  }

  /** Blocks remember what was last computed into them; a match must give back exactly that. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomUseNeverMatchesForeignContent(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String[] content = new String[8 * BLOCK];
    for (int run = 0; run < 3000; run++) {
      if (tables.size() > 2 || (!tables.isEmpty() && random.nextInt(3) == 0)) {
        pool.release(tables.remove(random.nextInt(tables.size())));
      }
      int[] tokens = random.ints(random.nextInt(1, 17), 0, 2).toArray();
      BlockTable table = table(0);
      int cached = pool.match(table, tokens, tokens.length);
      for (int i = 0; i < cached; i++) {
        assertThat(content[slot(table, i)]).as("seed %d", seed).isEqualTo(prefix(tokens, i));
      }
      if (pool.makeRoom(table, cached, tokens.length, 0)) {
        for (int i = cached; i < tokens.length; i++) {
          content[slot(table, i)] = prefix(tokens, i);
        }
        pool.publish(table, tokens, tokens.length);
      }
      pool.checkInvariants(tables);
    }
  }

  private static int slot(BlockTable table, int position) {
    return table.ids()[position / BLOCK] * BLOCK + position % BLOCK;
  }

  private static String prefix(int[] tokens, int position) {
    return Arrays.toString(Arrays.copyOf(tokens, position + 1));
  }

  private BlockTable filled(int[] tokens, int computed) {
    BlockTable table = table(0);
    assertThat(pool.makeRoom(table, 0, computed, 0)).isTrue();
    pool.publish(table, tokens, computed);
    return table;
  }

  private BlockTable table(long salt) {
    BlockTable table = new BlockTable(new CacheSalt(salt, salt));
    tables.add(table);
    return table;
  }
}
