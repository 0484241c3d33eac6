package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtectionTest {
  /** They look at what stands around a match, which rules change. */
  private static final List<String> LOOKING =
      List.of(
          "(?<=\": \")[^\"\n]+",
          "(?<=  )\\w+",
          "\\w+(?=\n\n)",
          "(?<=\n\\d{1,9}: )\\w+",
          "(?<=the )\\w+");

  private final TokenCounter counter = TokenCounters.named("o200k_base");
  private final PromptCompressor compressor = new PromptCompressor(counter);

  private static List<String> found(String expression, String text) {
    return Pattern.compile(expression)
        .matcher(text)
        .results()
        .map(match -> match.group())
        .filter(match -> !match.isEmpty())
        .toList();
  }

  private static boolean standInOrder(List<String> passages, String text) {
    int at = 0;
    for (String passage : passages) {
      int found = text.indexOf(passage, at);
      if (found < 0) {
        return false;
      }
      at = found + passage.length();
    }
    return true;
  }

  @Test
  void whatAnExpressionFoundBesideIndentationStaysWhereThatIsGone() {
    String rows =
        IntStream.range(0, 12)
            .mapToObj(i -> "  {\n    \"id\": \"ORD-7781-QX-" + i % 3 + "\",\n    \"n\": 1\n  }")
            .collect(Collectors.joining(",\n"));
    String text = "Here are the records:\n[\n" + rows + "\n]\nWhich order is late?";
    Protection ids = Protection.of(List.of("(?<=\"id\": \")[^\"]+"));

    CompressionPolicy policy = new CompressionPolicy(Rule.LOSSLESS, 0, ids);
    Compression sent = compressor.compress(text, policy);

    assertThat(found("ORD-7781-QX-\\d", sent.text())).hasSize(12);
    assertThat(sent.savings())
        .extracting(RuleSaving::rule)
        .containsExactly(Rule.JSON_MINIFY, Rule.DICTIONARY);
    assertThat(compressor.restore(sent.text(), sent.tag())).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 20261128})
  void whatExpressionsFoundStandsInTheResult(long seed) {
    AnyText texts = new AnyText(new SplittableRandom(seed));
    for (int i = 0; i < 1000; i++) {
      String text = texts.next();
      String expression = LOOKING.get(i % LOOKING.size());
      String name = "seed " + seed + " text " + i;
      Protection protection = Protection.of(List.of(expression));
      for (CompressionPolicy level : List.of(CompressionPolicy.DEEP, CompressionPolicy.SAFE)) {
        CompressionPolicy policy = new CompressionPolicy(level.rules(), 0, protection);
        String sent = compressor.compress(text, policy).text();

        assertThat(standInOrder(found(expression, text), sent)).as(name).isTrue();
        assertThat(compressor.compress(sent, policy).text()).as(name + ", twice").isEqualTo(sent);
      }
    }
    assertThat(compressor.failures()).isZero();
  }
}
