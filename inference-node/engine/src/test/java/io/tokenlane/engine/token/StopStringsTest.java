package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StopStringsTest {

  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43, 44})
  void anySplitGivesTheSame(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        stops.add(letters(random, random.nextInt(1, 6)));
      }
      String text = letters(random, random.nextInt(60));
      String expected = cut(text, stops);
      StopStrings matcher = new StopStrings(stops);
      StringBuilder given = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int next = Math.min(text.length(), at + random.nextInt(8));
        given.append(matcher.accept(text.substring(at, next)));
        at = next;
      }
      given.append(matcher.finish());
      assertThat(given.toString()).as("seed %d: %s in %s", seed, stops, text).isEqualTo(expected);
      assertThat(matcher.match().isPresent()).isEqualTo(stops.stream().anyMatch(text::contains));
    }
  }

  private static String letters(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) random.nextInt('a', 'd'));
    }
    return text.toString();
  }

  /** The text before the stop string that ends first, the longest of those. */
  private static String cut(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String head = text.substring(0, end);
      int longest = stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return head.substring(0, end - longest);
      }
    }
    return text;
  }

  @Test
  void holdsBackOnlyWhatMayStillMatch() {
    StopStrings matcher = new StopStrings(List.of("\n\nUser:", "END"));
    assertThat(matcher.accept("Hi.\n")).isEqualTo("Hi.");
    assertThat(matcher.accept("there E")).isEqualTo("\nthere ");
    assertThat(matcher.accept("N")).isEmpty();
    assertThat(matcher.accept("D of it")).isEmpty();
    assertThat(matcher.match()).hasValue("END");
    assertThat(matcher.finish()).isEmpty();
  }

  @Test
  void emptyStopStringsAreRefused() {
    assertThatThrownBy(() -> new StopStrings(List.of("a", "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stop");
  }
}
