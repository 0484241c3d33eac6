package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every text. */
class PropertiesTest {
  private static final int TEXTS = 800;
  private static final Set<Rule> ALL = Rule.LOSSLESS;

  private final TokenCounter counter = TokenCounters.named("o200k_base");
  private final PromptCompressor compressor = new PromptCompressor(counter);

  @ParameterizedTest
  @ValueSource(longs = {1, 20261122})
  void holdForAnyText(long seed) {
    holdFor(seed, CompressionPolicy.LOSSLESS.rules());
    holdFor(seed, ALL);
  }

  private void holdFor(long seed, Set<Rule> rules) {
    AnyText texts = new AnyText(new SplittableRandom(seed));
    Invariants invariants = new Invariants(compressor, counter, new CompressionPolicy(rules, 0));
    int changed = 0;
    for (int i = 0; i < TEXTS; i++) {
      Compression result = invariants.check(texts.next(), "seed " + seed + " text " + i);
      changed += result.savings().isEmpty() ? 0 : 1;
    }
    assertThat(changed).isGreaterThan(TEXTS / 10);
    assertThat(compressor.failures()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {7})
  void holdForEveryChoiceOfRules(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AnyText texts = new AnyText(random);
    for (int i = 0; i < TEXTS; i++) {
      Set<Rule> rules = EnumSet.copyOf(ALL);
      rules.removeIf(_ -> random.nextBoolean());
      CompressionPolicy policy = new CompressionPolicy(rules, random.nextInt(300));
      new Invariants(compressor, counter, policy)
          .check(texts.next(), "seed " + seed + " text " + i);
    }
  }

  @Test
  void manyThreadsGetTheSame() {
    AnyText texts = new AnyText(new SplittableRandom(5));
    List<String> some = Stream.generate(texts::next).limit(200).toList();
    CompressionPolicy policy = new CompressionPolicy(ALL, 0);
    assertThat(some.parallelStream().map(text -> compressor.compress(text, policy)).toList())
        .isEqualTo(some.stream().map(text -> compressor.compress(text, policy)).toList());
  }
}
