package io.tokenlane.prefetch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §5.2, §1.2.2, §4.2.1. */
final class CacheControlTest {

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§5.2   | max-age=60                    | max-age  | 60",
        "§5.2   | MAX-AGE=60                    | max-age  | 60",
        "§5.2   | max-age=\"60\"                | max-age  | 60",
        "§5.2   | public, , max-age=60,         | max-age  | 60",
        "§5.2   | ext=\"a, max-age=1\", max-age=9 | max-age | 9",
        "§5.2   | ext=\"a\\\", max-age=1\", max-age=9 | max-age | 9",
        "§4.2.1 | max-age=60, max-age=5         | max-age  | 60",
        "§4.2.1 | max-age=abc                   | max-age  | 0",
        "§4.2.1 | max-age=-1                    | max-age  | 0",
        "§4.2.1 | max-age=1.5                   | max-age  | 0",
        "§4.2.1 | max-age                       | max-age  | 0",
        "§1.2.2 | max-age=99999999999           | max-age  | 2147483648",
        "§1.2.2 | max-age=4294967296            | max-age  | 2147483648",
        "§5.2   | s-maxage=7, max-age=60        | s-maxage | 7",
        "§5.2   | public                        | max-age  |",
      })
  void seconds(String section, String field, String directive, Long expected) {
    CacheControl control = CacheControl.parse(List.of(field));

    assertThat(control.seconds(directive))
        .isEqualTo(expected == null ? OptionalLong.empty() : OptionalLong.of(expected));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§5.2.2.5 | no-store                 | no-store | true",
        "§5.2.2.5 | No-Store                 | no-store | true",
        "§5.2.2.5 | no-store=\"x\"           | no-store | true",
        "§5.2.2.7 | private=\"Set-Cookie\"   | private  | true",
        "§5.2.2.5 | ext=\"no-store\"         | no-store | false",
        "§5.2.2.5 | x-no-store               | no-store | false",
      })
  void presence(String section, String field, String directive, boolean expected) {
    assertThat(CacheControl.parse(List.of(field)).has(directive)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"public | max-age=5", "max-age=5 | public"})
  void severalLinesAreOneList(String first, String second) {
    CacheControl control = CacheControl.parse(List.of(first, second));

    assertThat(control.has("public")).isTrue();
    assertThat(control.seconds("max-age")).hasValue(5);
  }
}
