package io.tokenlane.prefetch.http;

import static io.tokenlane.prefetch.http.FreshnessTest.fields;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Validation, ranges, updates and invalidation (RFC 9111 §3.2, §4.3, §4.4; RFC 9110 §13, §14). */
final class ConditionalTest {

  @ParameterizedTest(name = "{0} {1} against {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "9110 §13.1.2 | If-None-Match: \"a\"             | ETag: \"a\"   | true",
        "9110 §13.1.2 | If-None-Match: \"b\", W/\"a\"  | ETag: \"a\"   | true",
        "9110 §13.1.2 | If-None-Match: \"a\"             | ETag: W/\"a\" | true",
        "9110 §13.1.2 | If-None-Match: *                   | ETag: \"a\"   | true",
        "9110 §13.1.2 | If-None-Match: *                   | X: y            | true",
        "9110 §13.1.2 | If-None-Match: \"b\"             | ETag: \"a\"   | false",
        "9110 §13.1.2 | If-None-Match: \"a\"             | X: y            | false",
        "9110 §13.1.3 | If-Modified-Since: Sun, 10 Mar 2024 12:00:00 GMT | Last-Modified: Sun, 10 Mar 2024 12:00:00 GMT | true",
        "9110 §13.1.3 | If-Modified-Since: Sun, 10 Mar 2024 11:59:59 GMT | Last-Modified: Sun, 10 Mar 2024 12:00:00 GMT | false",
        "9110 §13.1.3 | If-Modified-Since: Sunday, 10-Mar-24 12:00:01 GMT | Last-Modified: Sun, 10 Mar 2024 12:00:00 GMT | true",
        "§4.3.2       | If-Modified-Since: Sun, 10 Mar 2024 12:00:00 GMT | Date: Sun, 10 Mar 2024 12:00:00 GMT | true",
        "9110 §13.2.2 | If-None-Match: \"b\" ~ If-Modified-Since: Sun, 10 Mar 2024 12:00:00 GMT | ETag: \"a\" ~ Last-Modified: Sun, 10 Mar 2024 12:00:00 GMT | false",
        "9110 §13.1   | Accept: x                          | ETag: \"a\"   | false",
      })
  void notModified(String section, String request, String stored, boolean expected) {
    assertThat(Conditional.notModified(fields(request), 200, fields(stored))).isEqualTo(expected);
  }

  @Test
  void validatesWithBothValidators() {
    HttpFields stored = HttpFields.of("ETag", "W/\"a\"", "Last-Modified", "x", "B", "c");

    assertThat(Conditional.validating(stored))
        .isEqualTo(HttpFields.of("If-None-Match", "W/\"a\"", "If-Modified-Since", "x"));
  }

  @ParameterizedTest(name = "{0} {1} of {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "9110 §14.1.2 | bytes=0-1     | 11 | bytes 0-1/11",
        "9110 §14.1.2 | bytes=1-      | 11 | bytes 1-10/11",
        "9110 §14.1.2 | bytes=-1      | 11 | bytes 10-10/11",
        "9110 §14.1.2 | bytes=-99     | 11 | bytes 0-10/11",
        "9110 §14.1.2 | bytes=5-99    | 11 | bytes 5-10/11",
        "9110 §14.1.2 | bytes=11-     | 11 | bytes */11",
        "9110 §14.1.2 | bytes=-0      | 11 | bytes */11",
        "9110 §14.1.2 | bytes=0-      | 0  | bytes */0",
        "9110 §14.2   | bytes=3-2     | 11 | ",
        "9110 §14.2   | bytes=-       | 11 | ",
        "9110 §14.2   | bytes=0-1,4-5 | 11 | ",
        "9110 §14.2   | lines=0-1     | 11 | ",
      })
  void ranges(String section, String header, long length, String expected) {
    assertThat(ByteRange.of(header, length).map(r -> r.contentRange(length)).orElse(null))
        .isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} {1} against {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "9110 §13.1.5 | Range: x              | ETag: \"a\"   | true",
        "9110 §13.1.5 | If-Range: \"a\"     | ETag: \"a\"   | true",
        "9110 §13.1.5 | If-Range: \"b\"     | ETag: \"a\"   | false",
        "9110 §13.1.5 | If-Range: W/\"a\"   | ETag: W/\"a\" | false",
        "9110 §13.1.5 | If-Range: date        | Last-Modified: date | true",
      })
  void ifRange(String section, String request, String stored, boolean expected) {
    assertThat(Conditional.rangeApplies(fields(request), fields(stored))).isEqualTo(expected);
  }

  @Test
  void aNewResponseUpdatesAllButTheBodysFields() {
    HttpFields stored =
        HttpFields.of("A", "1", "B", "1", "B", "2", "Content-Length", "5", "Content-Type", "x");
    HttpFields update = HttpFields.of("b", "3", "Content-Length", "0", "C", "4", "Connection", "C");

    assertThat(StoredFields.updated(stored, update))
        .isEqualTo(HttpFields.of("A", "1", "Content-Length", "5", "Content-Type", "x", "b", "3"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§3.1     | Connection: a, b ~ a: 1 ~ b: 2 ~ c: 3                    | c",
        "§3.1     | Keep-Alive: x ~ TE: x ~ Transfer-Encoding: x ~ d: 1     | d",
        "§5.2.2.4 | Cache-Control: no-cache=\"a, B\" ~ a: 1 ~ b: 2 ~ c: 3 | Cache-Control c",
        "§5.2.2.7 | Cache-Control: private=\"a\" ~ a: 1 ~ c: 3            | Cache-Control c",
      })
  void whatIsStored(String section, String response, String names) {
    assertThat(StoredFields.of(fields(response)).lines())
        .extracting(HttpFields.Line::name)
        .containsExactlyElementsOf(Arrays.asList(names.split(" ")));
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§4.4 | POST     | 200 | X: y                               | /a/b?c",
        "§4.4 | M-SEARCH | 302 | X: y                               | /a/b?c",
        "§4.4 | POST     | 500 | X: y                               | ",
        "§4.4 | GET      | 200 | Location: /x                       | ",
        "§4.4 | PUT      | 201 | Location: http://h.example/n       | /a/b?c /n",
        "§4.4 | PUT      | 201 | Location: http://evil.example/n    | /a/b?c",
        "§4.4 | DELETE   | 200 | Location: n ~ Content-Location: ?q | /a/b?c /a/n /a/?q",
        "§4.4 | DELETE   | 200 | Location: http://[                 | /a/b?c",
      })
  void invalidates(String section, String method, int status, String response, String targets) {
    List<String> expected = targets == null ? List.of() : Arrays.asList(targets.split(" "));

    assertThat(
            Invalidation.targets(
                method, URI.create("http://h.example/a/b?c"), status, fields(response)))
        .containsExactlyElementsOf(expected);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "§4.3.5 | ETag: \"a\" ~ Content-Length: 5 | true",
        "§4.3.5 | ETag: \"b\" ~ Content-Length: 5 | false",
        "§4.3.5 | ETag: \"a\" ~ Content-Length: 6 | false",
        "§4.3.5 | Last-Modified: x                  | false",
        "§4.3.5 | X: y                              | true",
      })
  void aHeadSpeaksOfTheSame(String section, String head, boolean expected) {
    assertThat(Conditional.sameRepresentation(fields(head), fields("ETag: \"a\""), 5))
        .isEqualTo(expected);
  }
}
