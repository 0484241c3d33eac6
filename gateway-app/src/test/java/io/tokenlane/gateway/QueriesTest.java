package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.cache.PrefetchPass;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** POST and QUERY on a route that is declared prefetchable, and the plan begun anew. */
final class QueriesTest {
  private static final String ALL = "{\"q\":\"all\"}";

  private final RunningGateway gateway = RunningGateway.fresh();

  private HttpResponse<String> ask(String method, String path, String content, String... fields) {
    return gateway.send(
        gateway
            .request(path)
            .headers(fields)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(content)));
  }

  private HttpResponse<String> ask(String content) {
    return ask("POST", "/ask/things", content, "X-Of", "a-test");
  }

  private void answers(String body, String... fields) {
    gateway.app.answers(FakeUpstream.with(body, fields));
  }

  @Test
  void theSameContentIsAskedOnce() {
    answers("all of it", "Cache-Control", "max-age=60");
    ask(ALL);
    HttpResponse<String> hit = ask(ALL);
    answers("another", "Cache-Control", "max-age=60");

    assertThat(hit.body()).isEqualTo("all of it");
    assertThat(header(hit, "Cache-Status")).startsWith("tokenlane; hit");
    assertThat(gateway.app.calls())
        .singleElement()
        .satisfies(c -> assertThat(c.body()).isEqualTo(ALL));
    assertThat(ask("{\"q\":\"some\"}").body()).isEqualTo("another");
    assertThat(ask("QUERY", "/ask/things", ALL, "X-Of", "a-test").body()).isEqualTo("another");
    assertThat(ask("POST", "/ask/things?page=2", ALL, "X-Of", "a-test").body())
        .isEqualTo("another");
  }

  @Test
  void nothingIsStoredUnlessItsOriginSaysForHowLong() {
    answers("v", "Last-Modified", "Mon, 01 Jan 2001 00:00:00 GMT");
    ask(ALL);
    ask(ALL);
    assertThat(gateway.app.calls()).hasSize(2);
  }

  @Test
  void whatIsStaleIsAskedAnewWithoutACondition() {
    answers("v", "Cache-Control", "max-age=10", "Age", "60", "ETag", "\"1\"");
    ask(ALL);
    ask(ALL);
    assertThat(gateway.app.calls())
        .hasSize(2)
        .allSatisfy(call -> assertThat(call.header("if-none-match")).isNull());
  }

  @Test
  void aChangeOfTheResourceForgetsWhatWasAskedOfIt() {
    answers("v", "Cache-Control", "max-age=60");
    ask(ALL);
    gateway.send(gateway.request("/ask/things").PUT(BodyPublishers.ofString("new")));
    ask(ALL);
    assertThat(gateway.app.calls()).hasSize(3);
  }

  @Test
  void onlyWhatAsksIsKnownByItsContent() {
    answers("v", "Cache-Control", "max-age=60");
    for (String method : List.of("PUT", "DELETE", "PATCH")) {
      ask(method, "/ask/things", ALL, "X-Of", "a-test");
      ask(method, "/ask/things", ALL, "X-Of", "a-test");
    }
    assertThat(gateway.app.calls()).hasSize(6);
  }

  @Test
  void elsewhereAPostIsAChangeAndNeverPrefetched() {
    answers("v", "Cache-Control", "max-age=60");
    ask("POST", "/api/things", ALL, "X-Of", "a-test");
    ask("POST", "/api/things", ALL, "X-Of", "a-test");
    assertThat(gateway.app.calls()).hasSize(2);

    String secret = gateway.bean(PrefetchPass.class).secret();
    HttpResponse<String> refused = ask("POST", "/api/things", ALL, PrefetchPass.HEADER, secret);
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(refused.body()).contains("tokenlane.cache.routes.api.prefetchable");
    assertThat(gateway.app.calls()).hasSize(2);
  }
}
