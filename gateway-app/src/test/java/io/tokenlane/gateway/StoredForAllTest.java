package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one client's request leaves in the cache is what everybody else would have been given. */
final class StoredForAllTest {
  private static final String FRESH = "max-age=600";

  private final RunningGateway gateway = RunningGateway.fresh();

  private void app(int status, String body, String... fields) {
    gateway.app.answers(
        (call, response) -> FakeUpstream.with(body, fields).answer(call, response.status(status)));
  }

  @ParameterizedTest
  @CsvSource({
    "'private, max-age=600', X-Any, thing",
    "'no-store, max-age=600', X-Any, thing",
    "max-age=600, Set-Cookie, sid=alice",
    "max-age=600, Vary, *",
  })
  void aPartThatIsForOneClientIsNotStored(String control, String name, String value) {
    String path = "/api/part" + control.length() + name;
    String place = "bytes 0-5/100";
    app(206, "ALICES", "Cache-Control", control, name, value, "Content-Range", place);
    gateway.get(path, "Range", "bytes=0-5");
    app(206, "BOBBYS", "Cache-Control", FRESH, "Content-Range", place);

    assertThat(gateway.get(path, "Range", "bytes=0-5").body()).isEqualTo("BOBBYS");
  }
}
