package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes with the word that a stored answer still stands counts as with an answer. */
final class ValidatedTest {
  private static final String TAG = "\"1\"";

  private final RunningGateway gateway = RunningGateway.fresh();

  private void store(String path) {
    String[] stale = {"Cache-Control", "max-age=10", "Age", "60", "ETag", TAG};
    gateway.app.answers(FakeUpstream.with("0123456789", stale));
    gateway.get(path);
  }

  /** Answers what asks about the stored answer, and HEAD. */
  private void stillStands(String name, String value) {
    String[] fields = {"Cache-Control", "max-age=600", "ETag", TAG, name, value};
    gateway.app.answers(
        (call, response) ->
            call.method().equals("HEAD")
                ? FakeUpstream.with("", fields).answer(call, response)
                : FakeUpstream.with("", fields).answer(call, response.status(304)));
  }

  private HttpResponse<String> ask(String method, String path) {
    return gateway.send(gateway.request(path).method(method, BodyPublishers.noBody()));
  }

  private Answer stored() {
    return gateway.bean(AnswerCache.class).hottest().values().iterator().next();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void itIsAsOldAsItSays(String method) {
    String path = "/api/validated-age-" + method;
    store(path);
    stillStands("Age", "550");

    ask(method, path);

    assertThat(stored().times().initialAgeSeconds()).isBetween(550L, 570L);
    assertThat(header(gateway.get(path), "Cache-Status")).contains("hit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void itsCookieIsForTheClientThatCausedIt(String method) {
    String path = "/api/validated-cookie-" + method;
    store(path);
    stillStands("Set-Cookie", "s=1");

    HttpResponse<String> validated = ask(method, path);

    assertThat(validated.statusCode()).isEqualTo(200);
    assertThat(header(validated, "Set-Cookie")).isEqualTo("s=1");
    assertThat(header(validated, "Cache-Status")).doesNotContain("stored");
    assertThat(stored().fields().has("Set-Cookie")).isFalse();
    assertThat(stored().times().lifetimeSeconds()).isEqualTo(10);
  }

  @Test
  void whyItIsNotStoredIsSaid() {
    store("/api/validated-why");
    stillStands("Set-Cookie", "s=1");

    assertThat(header(gateway.get("/api/validated-why"), "Cache-Status"))
        .isEqualTo("tokenlane; fwd=stale; fwd-status=304; detail=set-cookie");
  }
}
