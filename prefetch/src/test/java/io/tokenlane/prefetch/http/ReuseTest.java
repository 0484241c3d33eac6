package io.tokenlane.prefetch.http;

import static io.tokenlane.prefetch.http.FreshnessTest.fields;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §4.2.4 and §5.2.1, RFC 5861: fresh, stale, and what a request accepts. */
final class ReuseTest {

  @ParameterizedTest(name = "{0} asked {1}, stored {2}, age/lifetime {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§4.2     | Accept: x                    | Cache-Control: max-age=60 | 59/60 | FRESH",
        "§4.2     | Accept: x                    | Cache-Control: max-age=60 | 60/60 | VALIDATE",
        "§5.2.1.1 | Cache-Control: max-age=10    | A: b | 10/60 | FRESH",
        "§5.2.1.1 | Cache-Control: max-age=10    | A: b | 11/60 | VALIDATE",
        "§5.2.1.3 | Cache-Control: min-fresh=50  | A: b | 10/60 | FRESH",
        "§5.2.1.3 | Cache-Control: min-fresh=51  | A: b | 10/60 | VALIDATE",
        "§5.2.1.4 | Cache-Control: no-cache      | A: b | 0/60 | VALIDATE",
        "§5.4     | Pragma: no-cache             | A: b | 0/60 | VALIDATE",
        "§5.4     | Pragma: no-cache ~ Cache-Control: max-age=9 | A: b | 0/60 | FRESH",
        "§5.2.1.2 | Cache-Control: max-stale     | A: b | 999/60 | STALE_ACCEPTED",
        "§5.2.1.2 | Cache-Control: max-stale=5   | A: b | 65/60 | STALE_ACCEPTED",
        "§5.2.1.2 | Cache-Control: max-stale=5   | A: b | 66/60 | VALIDATE",
        "§4.2.4   | Cache-Control: max-stale     | Cache-Control: must-revalidate | 66/60 | VALIDATE",
        "§4.2.4   | Cache-Control: max-stale     | Cache-Control: s-maxage=60 | 66/60 | VALIDATE",
        "§5.2.2.4 | Accept: x                    | Cache-Control: no-cache | 0/60 | VALIDATE",
        "§5.2.2.4 | Accept: x                    | Cache-Control: no-cache=\"a\" | 0/60 | FRESH",
        "5861 §3  | Accept: x | Cache-Control: stale-while-revalidate=9 | 68/60 | STALE_WHILE_REVALIDATE",
        "5861 §3  | Accept: x | Cache-Control: stale-while-revalidate=9 | 69/60 | VALIDATE",
        "5861 §3  | Accept: x | Cache-Control: s-maxage=60, stale-while-revalidate=9 | 61/60 | STALE_WHILE_REVALIDATE",
        "5861 §3  | Accept: x | Cache-Control: must-revalidate, stale-while-revalidate=9 | 61/60 | VALIDATE",
      })
  void of(String section, String asked, String stored, String age, Reuse expected) {
    long seconds = Long.parseLong(age.split("/")[0]);
    long lifetime = Long.parseLong(age.split("/")[1]);
    assertThat(
            Reuse.of(
                fields(asked),
                fields(stored),
                new Reuse.Age(seconds, lifetime),
                Reuse.Defaults.NONE))
        .isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} asked {1}, stored {2}, {3} s stale")
  @CsvSource(
      delimiter = '|',
      value = {
        "5861 §4 | Accept: x | Cache-Control: stale-if-error=9  | 9  | true",
        "5861 §4 | Accept: x | Cache-Control: stale-if-error=9  | 10 | false",
        "5861 §4 | Cache-Control: stale-if-error=20 | A: b       | 20 | true",
        "§4.2.4  | Cache-Control: stale-if-error=20 | Cache-Control: s-maxage=1 | 1 | false",
        "§4.2.4  | Accept: x | A: b                              | 30 | true",
        "§4.2.4  | Accept: x | A: b                              | 31 | false",
        "§5.2.2.10 | Accept: x | Cache-Control: s-maxage=1         | 1  | false",
        "§5.2.2.2  | Accept: x | Cache-Control: must-revalidate    | 1  | false",
        "§5.2.2.8  | Accept: x | Cache-Control: proxy-revalidate   | 1  | false",
        "§5.2.2.4  | Accept: x | Cache-Control: no-cache           | 1  | false",
      })
  void onError(String section, String asked, String stored, long staleFor, boolean expected) {
    assertThat(
            Reuse.onError(
                fields(asked),
                fields(stored),
                new Reuse.Age(100 + staleFor, 100),
                new Reuse.Defaults(0, 30)))
        .isEqualTo(expected);
  }

  @Test
  void theDefaultHoldsWhereTheOriginSaysNothing() {
    Reuse.Defaults defaults = new Reuse.Defaults(5, 30);

    assertThat(Reuse.of(HttpFields.NONE, HttpFields.NONE, new Reuse.Age(64, 60), defaults))
        .isEqualTo(Reuse.STALE_WHILE_REVALIDATE);
    assertThat(Reuse.usefulStaleSeconds(HttpFields.NONE, defaults)).isEqualTo(30);
    assertThat(
            Reuse.usefulStaleSeconds(
                HttpFields.of("Cache-Control", "stale-while-revalidate=90"), defaults))
        .isEqualTo(90);
  }
}
