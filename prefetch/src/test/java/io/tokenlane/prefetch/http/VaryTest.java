package io.tokenlane.prefetch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §4.1. */
final class VaryTest {

  @Test
  void namesAreLowerCaseSortedAndUnique() {
    assertThat(Vary.names(HttpFields.of("Vary", "Foo, bar", "vary", "FOO")))
        .containsExactly("bar", "foo");
  }

  @ParameterizedTest(name = "[{0}] and [{1}] match: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a: 1            | a: 1          | true",
        "a: 1            | A: 1          | true",
        "a: 1, 2         | a: 1,2        | true",
        "a: 1 ~ a: 2     | a: 1, 2       | true",
        "a: 1            | a: 2          | false",
        "a: 1, 2         | a: 2, 1       | false",
        "a: 1            | b: 1          | false",
        "a: 1 ~ b: 2     | a: 1 ~ b: 3   | false",
        "a: 1 ~ c: 2     | a: 1 ~ c: 3   | true",
      })
  void selecting(String one, String other, boolean same) {
    List<String> names = List.of("a", "b");
    String left = Vary.selecting(names, FreshnessTest.fields(one));
    String right = Vary.selecting(names, FreshnessTest.fields(other));

    assertThat(left.equals(right)).isEqualTo(same);
  }

  @ParameterizedTest(name = "[{0}] and [{1}] match: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "en, de           | de, en            | true",
        "en, de           | eN , De           | true",
        "en;q=1, de;q=0.5 | de; q=0.5, en     | true",
        "en, de           | en, de;q=0.5      | false",
        "en               | fr                | false",
      })
  void languagesAreASetWithWeights(String one, String other, boolean same) {
    List<String> names = List.of("accept-language");
    String left = Vary.selecting(names, HttpFields.of("Accept-Language", one));
    String right = Vary.selecting(names, HttpFields.of("Accept-Language", other));

    assertThat(left.equals(right)).isEqualTo(same);
  }

  @ParameterizedTest(name = "[{0}] prefers {1}")
  @CsvSource(
      delimiter = '|',
      value = {"fr;q=0.5, de;q=1.0 | de", "EN | en", "en, de | ", "de;q=0 | ", "de;q=x, fr | fr"})
  void favouriteLanguage(String asked, String language) {
    assertThat(Vary.favouriteLanguage(HttpFields.of("Accept-Language", asked)).orElse(null))
        .isEqualTo(language);
  }

  @Test
  void aMissingFieldIsNoEmptyField() {
    List<String> names = List.of("a");

    assertThat(Vary.selecting(names, HttpFields.NONE))
        .isNotEqualTo(Vary.selecting(names, HttpFields.of("a", "")));
  }
}
