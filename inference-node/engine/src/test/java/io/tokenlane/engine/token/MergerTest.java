package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MergerTest {
  private static final int SYMBOLS = 4;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void mergesAsTheDefinitionSays(long seed) {
    Random random = new Random(seed);
    MergeTable table = randomTable(random);
    Merger merger = new Merger(table);
    for (int round = 0; round < 300; round++) {
      int[] symbols = random.ints(random.nextInt(1, 200), 0, SYMBOLS).toArray();
      int[] expected = naive(symbols, table);
      int count = merger.merge(symbols, symbols.length);
      assertThat(Arrays.copyOf(symbols, count))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(expected);
    }
  }

  /** Some of the merges share ranks, as SentencePiece's equal scores do. */
  private static MergeTable randomTable(Random random) {
    int merges = 40;
    MergeTable table = new MergeTable(merges);
    for (int i = 0; i < merges; i++) {
      int known = SYMBOLS + i;
      table.add(random.nextInt(known), random.nextInt(known), random.nextInt(merges), known);
    }
    return table;
  }

  private static int[] naive(int[] symbols, MergeTable table) {
    List<Integer> left = new ArrayList<>(IntStream.of(symbols).boxed().toList());
    while (true) {
      int best = -1;
      long bestRank = MergeTable.NONE >> 32;
      for (int i = 0; i + 1 < left.size(); i++) {
        long rank = table.find(left.get(i), left.get(i + 1)) >> 32;
        if (rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      if (best < 0) {
        return left.stream().mapToInt(Integer::intValue).toArray();
      }
      int merged = (int) table.find(left.get(best), left.get(best + 1));
      left.set(best, merged);
      left.subList(best + 1, best + 2).clear();
    }
  }
}
