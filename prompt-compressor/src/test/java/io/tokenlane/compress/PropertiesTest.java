package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every text. */
class PropertiesTest {
  private static final int TEXTS = 1_500;
  private static final CompressionPolicy ALL = new CompressionPolicy(EnumSet.allOf(Rule.class), 0);

  private final TokenCounter counter = TokenCounters.named("o200k_base");
  private final PromptCompressor compressor = new PromptCompressor(counter);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20261122})
  void holdForAnyText(long seed) {
    AnyText texts = new AnyText(new SplittableRandom(seed));
    int changed = 0;
    for (int i = 0; i < TEXTS; i++) {
      String text = texts.next();
      Compression result = compressor.compress(text, ALL);
      Invariants.check(compressor, counter, text, result, "seed " + seed + " text " + i);
      changed += result.savings().isEmpty() ? 0 : 1;
    }
    assertThat(changed).isGreaterThan(TEXTS / 10);
    assertThat(compressor.failures()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8})
  void holdForEveryChoiceOfRules(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AnyText texts = new AnyText(random);
    for (int i = 0; i < TEXTS; i++) {
      EnumSet<Rule> rules = EnumSet.allOf(Rule.class);
      rules.removeIf(rule -> random.nextBoolean());
      CompressionPolicy policy = new CompressionPolicy(rules, random.nextInt(300));
      String text = texts.next();
      Compression result = compressor.compress(text, policy);
      assertThat(compressor.restore(result.text(), result.tag())).isEqualTo(text);
      assertThat(compressor.compress(result.text(), policy).text()).isEqualTo(result.text());
      assertThat(result.savings()).allSatisfy(saving -> assertThat(rules).contains(saving.rule()));
    }
  }
}
