package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockIndexTest {
  private final BlockIndex index = new BlockIndex();

  private void stores(String node, String... chain) {
    for (int i = 0; i < chain.length; i++) {
      index.stored(node, chain[i], i == 0 ? null : chain[i - 1]);
    }
  }

  private double share(String node, long... beginnings) {
    Cached cached = index.find(beginnings);
    assertThat(cached).isNotNull();
    return cached == null ? Double.NaN : cached.share(node);
  }

  /** A block that is its own parent, two and three that are each other's, told by any node. */
  @Test
  void aCircleOfBlocksIsNone() {
    stores("a", "x", "x");
    stores("a", "y", "z", "y");
    stores("a", "u", "v");
    stores("b", "v", "w", "u");
    for (String last : List.of("x", "y", "z", "u", "v", "w")) {
      index.answered(new long[] {1, last.hashCode()}, last);
      assertThat(share("a", last.hashCode())).isBetween(0.0, 1.0);
    }
    index.evicted("a", "x");
    index.stored("a", "c", "x");
    index.stored("a", "x", "c");
    index.answered(new long[] {1, 7}, "x");
    assertThat(share("a", 7)).isBetween(0.0, 1.0);
  }

  @Test
  void aChainLongerThanAnyPromptTellsNothing() {
    for (int i = 0; i < 200_000; i++) {
      index.stored("a", "b" + i, i == 0 ? null : "b" + (i - 1));
    }
    index.answered(new long[] {1}, "b199999");
    index.answered(new long[] {1, 2}, "b150000");
    index.answered(new long[] {1, 3}, "b1000");

    assertThat(index.find(new long[] {1, 2})).isNull();
    assertThat(share("a", 3)).isEqualTo(1);
  }

  @Test
  void tellsWhoHoldsHowMuchOfATextThatWasAnsweredBefore() {
    stores("a", "s1", "s2", "u1", "u2");
    stores("b", "s1", "s2");
    index.snapshot("c", List.of());
    index.answered(new long[] {1, 12}, "u2");

    assertThat(share("a", 1, 12)).isEqualTo(1);
    assertThat(share("b", 1, 12)).isEqualTo(0.5);
    assertThat(share("c", 1, 12)).isZero();
    assertThat(share("silent", 1, 12)).isEqualTo(Cached.UNTOLD);
    assertThat(index.find(new long[] {9, 99})).isNull();
  }

  @Test
  void aSecondPromptShowsWhereTheSharedBeginningEnds() {
    stores("a", "s1", "s2", "u1", "u2");
    stores("b", "s1", "s2", "v1");
    index.answered(new long[] {1, 12}, "u2");
    assertThat(share("b", 1, 77)).isEqualTo(0.5);

    index.answered(new long[] {1, 13}, "v1");

    assertThat(share("a", 1, 77)).isEqualTo(1);
    assertThat(share("b", 1, 77)).isEqualTo(1);
  }

  @Test
  void promptsThatMeetInNoBlockShareNothingThatCouldBeCached() {
    stores("a", "u1");
    stores("b", "v1");
    index.answered(new long[] {1, 12}, "u1");
    index.answered(new long[] {1, 13}, "v1");
    assertThat(index.find(new long[] {1, 14})).isNull();
    assertThat(share("b", 1, 13)).isEqualTo(1);
  }

  @Test
  void aNodeThatLeavesOrStartsAnewIsForgotten() {
    stores("a", "s1", "s2");
    index.answered(new long[] {1}, "s2");
    index.snapshot("a", List.of("s1"));
    assertThat(share("a", 1)).isEqualTo(0.5);
    index.forget("a");
    assertThat(share("a", 1)).isEqualTo(Cached.UNTOLD);
    assertThat(index.nodes()).isEmpty();
  }

  /** Prompts are paths in a tree of four branches; caches keep and lose whole endings of chains. */
  @Test
  void agreesWithTheCachesItWasToldOf() {
    SplittableRandom random = new SplittableRandom(5);
    Map<String, Set<String>> caches = new HashMap<>();
    List<String> nodes = List.of("a", "b", "c");
    nodes.forEach(node -> caches.put(node, new HashSet<>()));
    nodes.forEach(node -> index.snapshot(node, List.of()));
    for (int round = 0; round < 3_000; round++) {
      String node = nodes.get(random.nextInt(nodes.size()));
      String[] prompt = prompt(random);
      if (random.nextInt(3) == 0) {
        evictFrom(node, cache(caches, node), prompt[random.nextInt(prompt.length)]);
      } else {
        stores(node, prompt);
        cache(caches, node).addAll(Arrays.asList(prompt));
        long[] whole = {Arrays.hashCode(prompt)};
        index.answered(whole, prompt[prompt.length - 1]);
        for (String each : nodes) {
          long held = Arrays.stream(prompt).filter(cache(caches, each)::contains).count();
          assertThat(share(each, whole)).isEqualTo((double) held / prompt.length);
        }
      }
      assertThat(index.held(node)).isEqualTo(cache(caches, node).size());
    }
  }

  private static Set<String> cache(Map<String, Set<String>> caches, String node) {
    return caches.getOrDefault(node, Set.of());
  }

  private static String[] prompt(SplittableRandom random) {
    List<String> chain = new ArrayList<>();
    String path = "";
    for (int i = 0; i <= random.nextInt(1, 6); i++) {
      path += random.nextInt(4);
      chain.add(path);
    }
    return chain.toArray(String[]::new);
  }

  private void evictFrom(String node, Set<String> cache, String block) {
    List<String> gone = cache.stream().filter(held -> held.startsWith(block)).toList();
    gone.forEach(
        hash -> {
          cache.remove(hash);
          index.evicted(node, hash);
        });
  }
}
