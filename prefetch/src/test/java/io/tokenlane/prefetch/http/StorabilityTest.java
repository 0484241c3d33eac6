package io.tokenlane.prefetch.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §3: what a shared cache may store. */
final class StorabilityTest {

  @ParameterizedTest(name = "{0} {2} {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§3       | Accept: x        | 200 | Cache-Control: max-age=1            | STORABLE",
        "§3       | Accept: x        | 206 | Cache-Control: max-age=1            | PARTIAL",
        "§5.2.2.5 | Accept: x        | 206 | Cache-Control: no-store             | NO_STORE",
        "§5.2.2.7 | Accept: x        | 206 | Cache-Control: private              | PRIVATE",
        "§3.5     | Authorization: b | 206 | Cache-Control: max-age=1            | AUTHORIZATION",
        "§7.3     | Accept: x        | 206 | Set-Cookie: a=b                     | SET_COOKIE",
        "§4.1     | Accept: x        | 206 | Vary: *                             | VARY_STAR",
        "§4       | Accept: x        | 412 | Cache-Control: max-age=1            | STATUS",
        "§4       | Accept: x        | 416 | Cache-Control: max-age=1            | STATUS",
        "§3       | Accept: x        | 304 | Cache-Control: max-age=1            | STATUS",
        "§3       | Accept: x        | 103 | Cache-Control: max-age=1            | STATUS",
        "§3       | Accept: x        | 500 | Cache-Control: max-age=1            | STORABLE",
        "§3       | Accept: x        | 599 | Cache-Control: max-age=1            | STORABLE",
        "§5.2.2.3 | Accept: x        | 599 | Cache-Control: max-age=1, no-store, must-understand | STATUS",
        "§5.2.1.5 | Cache-Control: no-store | 200 | Cache-Control: max-age=1     | REQUEST_NO_STORE",
        "§3       | Accept: x        | 404 | Cache-Control: max-age=1            | STORABLE",
        "§5.2.2.5 | Accept: x        | 200 | Cache-Control: no-store             | NO_STORE",
        "§5.2.2.3 | Accept: x        | 200 | Cache-Control: no-store, must-understand | STORABLE",
        "§5.2.2.4 | Accept: x        | 200 | Cache-Control: no-cache             | STORABLE",
        "§5.2.2.7 | Accept: x        | 200 | Cache-Control: private              | PRIVATE",
        "§5.2.2.7 | Accept: x        | 200 | Cache-Control: private=\"a\"        | STORABLE",
        "9213 §2.2 | Accept: x       | 200 | Cache-Control: no-store ~ CDN-Cache-Control: max-age=9 | STORABLE",
        "9213 §2.2 | Accept: x       | 200 | CDN-Cache-Control: private ~ Cache-Control: max-age=9 | PRIVATE",
        "§3.5     | Authorization: b | 200 | Cache-Control: max-age=1            | AUTHORIZATION",
        "§3.5     | Authorization: b | 200 | Cache-Control: public, max-age=1    | STORABLE",
        "§3.5     | Authorization: b | 200 | Cache-Control: s-maxage=1           | STORABLE",
        "§3.5     | Authorization: b | 200 | Cache-Control: must-revalidate      | STORABLE",
        "§4.1     | Accept: x        | 200 | Vary: *                             | VARY_STAR",
        "§4.1     | Accept: x        | 200 | Vary: accept, *                     | VARY_STAR",
        "§4.1     | Accept: x        | 200 | Vary: accept                        | STORABLE",
        "§7.3     | Accept: x        | 200 | Set-Cookie: a=b                     | SET_COOKIE",
      })
  void of(String section, String request, int status, String response, Storability expected) {
    assertThat(
            Storability.of(
                FreshnessTest.fields(request), status, FreshnessTest.fields(response), false))
        .isEqualTo(expected);
  }

  @Test
  void cookiesWhereTheRouteSaysSo() {
    HttpFields cookie = HttpFields.of("Set-Cookie", "a=b");

    assertThat(Storability.of(HttpFields.NONE, 200, cookie, true)).isEqualTo(Storability.STORABLE);
  }
}
