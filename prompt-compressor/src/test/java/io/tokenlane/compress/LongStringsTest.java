package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LongStringsTest {
  private static final List<String> PARTS =
      List.of("\"", "\\", "\\\"", "\n", "\\\u2028", "🌍", "a", "word ".repeat(31), "x".repeat(160));

  /** What is meant, in more than linear time. */
  private static final Pattern MEANT = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.){160,}+)\"");

  @Test
  void areThoseOfThePattern() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i >= 0; i--) {
        text.append(PARTS.get(random.nextInt(PARTS.size())));
      }
      List<Span> meant = new ArrayList<>();
      for (Matcher m = MEANT.matcher(text); m.find(); ) {
        meant.add(new Span(m.start(1), m.end(1)));
      }
      assertThat(LongStrings.in(text)).as("seed %d: %s", seed, text).isEqualTo(meant);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\\"", "\"", "\"\\", "\"a", "\\\"\\\n", "\"aaaa\\\""})
  void areFoundByReadingOnce(String part) {
    ReadCounter text = new ReadCounter(part.repeat(20_000));
    LongStrings.in(text);
    assertThat(text.reads()).isLessThan(6L * text.length());
  }
}
