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
        "§4.2.1 | Cache-Control: max-age=-5 | 0",
        "§4.2.1 | Cache-Control: max-age='60' | 0",
        "§1.2.2 | Cache-Control: max-age=99999999999 | 2147483648",
        "9213 §2.2 | CDN-Cache-Control: max-age=9 ~ Cache-Control: max-age=60 | 9",
        "9213 §2.2 | Tokenlane-Cache-Control: max-age=5 ~ CDN-Cache-Control: max-age=9 | 5",
        "9213 §2.2 | CDN-Cache-Control: foo ~ Expires: Sun, 10 Mar 2024 12:01:40 GMT | -1",
        "9213 §2.1 | CDN-Cache-Control: max-age=9, &&& ~ Cache-Control: max-age=60 | 60",
        "9213 §2.1 | CDN-Cache-Control: max-age=\"9\" ~ Cache-Control: max-age=60 | 60",
        "9651 §4.2 | CDN-Cache-Control: max-age =9 ~ Cache-Control: max-age=60 | 60",
        "9651 §4.2 | CDN-Cache-Control: max-age=9;a=1, x=?0 ~ Cache-Control: max-age=60 | 9",
        "9651 §4.2 | CDN-Cache-Control: max-age=9, ~ Cache-Control: max-age=60 | 60",
        "9110 §5.6.7 | Date: sun, 10 mar 2024 12:00:00 gmt ~ Expires: SUN, 10 MAR 2024 12:00:09 GMT | 9",
        "9110 §5.6.7 | Date: Sun, 10 Mar 2024 12:00:00 GMT ~ Expires: Mon Mar 10 12:00:09 2024 | 9",
        "9110 §5.6.7 | Date: Sun, 10 Mar 2024 12:00:00 GMT ~ Expires: Sun Mar  3 12:00:09 2024 | 0",
        "§5.3   | Expires: Sun, 10 Mar 2024 12:01:40 UTC | 0",
        "§5.3   | Expires: Sun, 10 Mar 24 12:01:40 GMT | 0",
        "§5.3   | Expires: Sun 10 Mar 2024 12:01:40 GMT | 0",
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

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§4.2.2 | Accept: x | 200 | Last-Modified: Sun, 10 Mar 2024 11:58:30 GMT | 10",
        "§4.2.2 | Accept: x | 200 | Last-Modified: Sun, 10 Mar 2019 11:58:30 GMT | 86400",
        "§4.2.2 | Accept: x | 200 | Last-Modified: Sun, 10 Mar 2024 12:00:10 GMT | -1",
        "§4.2.2 | Accept: x | 200 | Content-Type: text/plain | -1",
        "9110 §15.1 | Accept: x | 503 | Last-Modified: Sun, 10 Mar 2024 11:58:30 GMT | -1",
        "§5.2.2.9 | Accept: x | 599 | Cache-Control: public ~ Last-Modified: Sun, 10 Mar 2024 11:58:30 GMT | 10",
        "§7.3   | Cookie: a=b | 200 | Last-Modified: Sun, 10 Mar 2024 11:58:30 GMT | -1",
        "§3.5   | Authorization: x | 200 | Last-Modified: Sun, 10 Mar 2024 11:58:30 GMT | -1",
      })
  void heuristic(String section, String request, int status, String response, long expected) {
    assertThat(Freshness.heuristic(fields(request), status, fields(response), RECEIVED).orElse(-1))
        .isEqualTo(expected);
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
