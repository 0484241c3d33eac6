package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DigitGroupsTest {
  private static final String[] PARTS = {
    "0", "1", "7", "\u0663", "\ud835\udfce", "a", "_", " ", ",", "\u0301", "\ud83d\ude00", "\u200d"
  };

  @ParameterizedTest
  @ValueSource(strings = {DigitGroups.THOUSANDS, DigitGroups.THOUSANDS_OF_WORDS})
  void matchesWhatTheExpressionDoes(String regex) {
    SplittableRandom random = new SplittableRandom(11);
    for (int run = 0; run < 20_000; run++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(14); i > 0; i--) {
        text.append(PARTS[random.nextInt(random.nextBoolean() ? 5 : PARTS.length)]);
      }
      int from = text.offsetByCodePoints(0, random.nextInt(2) & Math.min(1, text.length()));
      assertThat(found(regex, text.toString(), from)).isEqualTo(expected(regex, text, from));
    }
  }

  private static List<String> found(String regex, String text, int from) {
    List<String> found = new ArrayList<>();
    Matches.of(regex, true)
        .find(text, from, text.length(), (start, end) -> found.add(start + " " + end));
    return found;
  }

  private static List<String> expected(String regex, CharSequence text, int from) {
    List<String> expected = new ArrayList<>();
    Matcher matcher = Regexes.compile(regex).matcher(text).region(from, text.length());
    while (matcher.find()) {
      expected.add(matcher.start() + " " + matcher.end());
    }
    return expected;
  }
}
