package io.tokenlane.prefetch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §4.2: lifetimes, ages, and what a request accepts. */
final class FreshnessTest {
  private static final Instant RECEIVED = Instant.parse("2024-03-10T12:00:10Z");

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§4.2.1 | Cache-Control: s-maxage=5, max-age=60 | 5",
        "§4.2.1 | Cache-Control: max-age=60 ~ Expires: Sun, 10 Mar 2024 12:00:20 GMT | 60",
        "§5.3   | Date: Sun, 10 Mar 2024 12:00:00 GMT ~ Expires: Sun, 10 Mar 2024 12:01:40 GMT | 100",
        "§5.3   | Expires: Sun, 10 Mar 2024 12:01:40 GMT | 90",
        "§5.3   | Date: Sun, 10 Mar 2024 12:00:00 GMT ~ Expires: 0 | 0",
        "§5.3   | Date: Sun, 10 Mar 2024 12:00:00 GMT ~ Expires: Sun, 10 Mar 2024 11:00:00 GMT | 0",
        "9110 §5.6.7 | Date: Sunday, 10-Mar-24 12:00:00 GMT ~ Expires: Sun Mar 10 12:00:09 2024 | 9",
        "§4.2.1 | Content-Type: text/plain | -1",
      })
  void lifetime(String section, String fields, long expected) {
    assertThat(Freshness.lifetime(fields(fields), RECEIVED).orElse(-1)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§4.2.3 | X: y | 2",
        "§4.2.3 | Age: 30 | 32",
        "§4.2.3 | Date: Sun, 10 Mar 2024 11:59:00 GMT ~ Age: 30 | 70",
        "§4.2.3 | Date: Sun, 10 Mar 2024 13:00:00 GMT | 2",
        "§5.1   | Age: 30, 50 | 32",
        "§5.1   | Age: old | 2",
        "§5.1   | Age: -4 | 2",
      })
  void initialAgeWithTwoSecondsOnTheWay(String section, String fields, long expected) {
    assertThat(Freshness.initialAge(fields(fields), RECEIVED.minusSeconds(2), RECEIVED))
        .isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} {1} at age {2}, {3} s left")
  @CsvSource(
      delimiter = '|',
      value = {
        "§5.2.1.1 | Cache-Control: max-age=10 | 10 | 50 | true",
        "§5.2.1.1 | Cache-Control: max-age=10 | 11 | 50 | false",
        "§5.2.1.3 | Cache-Control: min-fresh=50 | 10 | 50 | true",
        "§5.2.1.3 | Cache-Control: min-fresh=51 | 10 | 50 | false",
        "§5.2.1.4 | Cache-Control: no-cache | 0 | 50 | false",
        "§5.4     | Pragma: no-cache | 0 | 50 | false",
        "§5.4     | Pragma: no-cache ~ Cache-Control: max-age=9 | 0 | 50 | true",
        "§4       | Accept: x | 9 | 50 | true",
      })
  void acceptable(String section, String fields, long age, long left, boolean expected) {
    assertThat(Freshness.acceptable(fields(fields), age, left)).isEqualTo(expected);
  }

  static HttpFields fields(String text) {
    List<HttpFields.Line> lines = new ArrayList<>();
    for (String line : text.split("~", -1)) {
      String[] parts = line.strip().split(": ", 2);
      lines.add(new HttpFields.Line(parts[0], parts[1]));
    }
    return new HttpFields(lines);
  }
}
