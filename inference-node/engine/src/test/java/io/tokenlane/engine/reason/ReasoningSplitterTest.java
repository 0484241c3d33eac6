package io.tokenlane.engine.reason;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.reason.ReasoningSplitter.Split;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReasoningSplitterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "false|plain text|''|plain text",
        "false|<think>a</think>b|a|b",
        "false|<think>a</think>~~b|a|b",
        "false|<think>~a~</think>~~b~|~a~|b~",
        "false|<think></think>b|''|b",
        "false|<think>never closed|never closed|''",
        "false|x<think>a</think>y|a|xy",
        "false|<think>a<think>b</think>c|a<think>b|c",
        "false|<think>a</think>b<think>c</think>d|a|b<think>c</think>d",
        "false|a < b, <thin, </think> c|''|a < b, <thin, </think> c",
        "false|ends in <thi|''|ends in <thi",
        "false|<<think>a<</think>>b|a<|<>b",
        "false|<think>a</thi|a</thi|''",
        "true|a</think>b|a|b",
        "true|no end|no end|''",
        "true|a</think>~~|a|''",
      })
  void everySplitIntoDeltasGivesTheSame(
      boolean startsInside, String marked, String reasoning, String content) {
    String text = newlines(marked);
    Split expected = new Split(newlines(reasoning), newlines(content));
    assertThat(split(startsInside, text)).isEqualTo(expected);
    assertThat(split(startsInside, text.split(""))).isEqualTo(expected);
    for (int i = 0; i <= text.length(); i++) {
      for (int j = i; j <= text.length(); j++) {
        assertThat(
                split(startsInside, text.substring(0, i), text.substring(i, j), text.substring(j)))
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void randomTextInRandomDeltasSplitsAsWhole() {
    long seed = 20261122;
    SplittableRandom random = new SplittableRandom(seed);
    String[] parts = {"<think>", "</think>", "<", "</", "think>", "\n", "a", "<thin", "b c"};
    for (int run = 0; run < 2000; run++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      boolean inside = random.nextBoolean();
      Split whole = split(inside, text.toString());
      Split pieces = split(inside, randomDeltas(text.toString(), random));
      assertThat(pieces).as("seed %d run %d: %s", seed, run, text).isEqualTo(whole);
    }
  }

  @Test
  void textIsReleasedAsSoonAsItCannotBeATag() {
    ReasoningSplitter splitter = new ReasoningSplitter(false);
    assertThat(splitter.accept("1 <")).isEqualTo(new Split("", "1 "));
    assertThat(splitter.accept(" 2")).isEqualTo(new Split("", "< 2"));
    assertThat(splitter.accept(" <think>so")).isEqualTo(new Split("so", " "));
    assertThat(splitter.inside()).isTrue();
    assertThat(splitter.accept("</think>\n")).isEqualTo(new Split("", ""));
    assertThat(splitter.inside()).isFalse();
    assertThat(splitter.accept("\n")).isEqualTo(new Split("", ""));
    assertThat(splitter.accept("<think>")).isEqualTo(new Split("", "<think>"));
  }

  private static String[] randomDeltas(String text, SplittableRandom random) {
    StringBuilder marked = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      marked.append(text.charAt(i)).append(random.nextInt(3) == 0 ? "\0" : "");
    }
    return marked.toString().split("\0");
  }

  private static Split split(boolean startsInside, String... deltas) {
    ReasoningSplitter splitter = new ReasoningSplitter(startsInside);
    StringBuilder reasoning = new StringBuilder();
    StringBuilder content = new StringBuilder();
    for (String delta : deltas) {
      Split split = splitter.accept(delta);
      reasoning.append(split.reasoning());
      content.append(split.content());
    }
    Split rest = splitter.finish();
    return new Split(reasoning + rest.reasoning(), content + rest.content());
  }

  /** The rows write a newline as {@code ~}. */
  private static String newlines(String marked) {
    return marked.replace('~', '\n');
  }
}
