package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain routes: a reverse proxy, and a shared cache by RFC 9111. */
final class ProxyTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  @Test
  void passesRequestAndAnswerOn() {
    gateway.app.answers(FakeUpstream.with("hello", "X-App", "yes"));

    HttpResponse<String> answer =
        gateway.send(
            gateway
                .request("/api/things?a=1&b=%2F")
                .header("X-Mine", "kept")
                .header("Authorization", "Bearer me")
                .PUT(BodyPublishers.ofString("not { json")));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(header(answer, "X-App")).isEqualTo("yes");
    FakeUpstream.Call call = gateway.app.calls().getFirst();
    assertThat(call.method()).isEqualTo("PUT");
    assertThat(call.uri()).isEqualTo("/api/things?a=1&b=%2F");
    assertThat(call.body()).isEqualTo("not { json");
    assertThat(call.header("x-mine")).isEqualTo("kept");
    assertThat(call.header("authorization")).isEqualTo("Bearer me");
  }

  @Test
  void keepsOrMakesTheRequestIdAndPassesTheTraceOn() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    HttpResponse<String> kept =
        gateway.get("/api/a", "X-Request-Id", "mine-1", "traceparent", trace);
    HttpResponse<String> made = gateway.get("/api/b", "X-Request-Id", "bad id with spaces");

    assertThat(header(kept, "x-request-id")).isEqualTo("mine-1");
    assertThat(header(kept, "traceparent")).isEqualTo(trace);
    assertThat(header(kept, "Server-Timing")).startsWith("gateway;dur=");
    assertThat(gateway.app.calls().getFirst().header("x-request-id")).isEqualTo("mine-1");
    assertThat(gateway.app.calls().getFirst().header("traceparent")).isEqualTo(trace);
    assertThat(header(made, "x-request-id")).startsWith("req-");
  }

  @Test
  void servesFreshAnswersAgainWithTheirAge() {
    gateway.app.answers(FakeUpstream.with("v1", "Cache-Control", "max-age=60", "Age", "7"));

    HttpResponse<String> miss = gateway.get("/api/doc");
    HttpResponse<String> hit = gateway.get("/api/doc");

    assertThat(header(miss, "Cache-Status")).isEqualTo("tokenlane; fwd=miss; ttl=53; stored");
    assertThat(header(hit, "Cache-Status")).matches("tokenlane; hit; ttl=\\d+");
    assertThat(Integer.parseInt(header(hit, "Age"))).isGreaterThanOrEqualTo(7);
    assertThat(hit.body()).isEqualTo("v1");
    assertThat(gateway.app.calls()).hasSize(1);
  }

  @ParameterizedTest(name = "{0}: {1} asked with {2} goes upstream {3} times")
  @CsvSource(
      delimiter = '|',
      value = {
        "RFC 9111 §4.2   | Cache-Control: max-age=60           | Accept: x                | 1",
        "RFC 9111 §3     | X-None: of it                       | Accept: x                | 2",
        "RFC 9111 §5.2.2 | Cache-Control: no-store, max-age=60 | Accept: x                | 2",
        "RFC 9111 §5.2.2 | Cache-Control: private, max-age=60  | Accept: x                | 2",
        "RFC 9111 §5.2.1 | Cache-Control: max-age=60           | Cache-Control: no-cache  | 2",
        "RFC 9111 §5.2.1 | Cache-Control: max-age=60           | Cache-Control: no-store  | 2",
        "RFC 9111 §3.5   | Cache-Control: max-age=60           | Authorization: Bearer me | 2",
        "RFC 9111 §3.5   | Cache-Control: public, max-age=60   | Authorization: Bearer me | 1",
      })
  void storesWhatASharedCacheMay(String section, String response, String request, int fetches) {
    String[] said = response.split(": ", 2);
    String[] asked = request.split(": ", 2);
    gateway.app.answers(FakeUpstream.with("v", said[0], said[1]));

    gateway.get("/api/rules", asked);
    gateway.get("/api/rules", asked);

    assertThat(gateway.app.calls()).hasSize(fetches);
  }

  @Test
  void neverGivesOneClientsAnswerToAnother() {
    gateway.app.answers(FakeUpstream.with("mine", "Cache-Control", "public, max-age=60"));
    gateway.get("/api/me", "Authorization", "Bearer alice");
    gateway.app.answers(FakeUpstream.with("yours", "Cache-Control", "public, max-age=60"));

    assertThat(gateway.get("/api/me", "Authorization", "Bearer bob").body()).isEqualTo("yours");
    assertThat(gateway.get("/api/me").body()).isEqualTo("yours");
    assertThat(gateway.get("/api/me", "Authorization", "Bearer alice").body()).isEqualTo("mine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Forwarded-Host", "X-Original-URL", "Forwarded", "X-Forwarded-Proto"})
  void aFieldThatNoVaryNamesPoisonsNobodyElsesAnswer(String name) {
    gateway.app.answers(FakeUpstream.with("evil", "Cache-Control", "max-age=60"));
    gateway.get("/api/page", name, "evil.example");
    gateway.app.answers(FakeUpstream.with("good", "Cache-Control", "max-age=60"));

    assertThat(gateway.get("/api/page").body()).isEqualTo("good");
  }

  @Test
  void keepsVariantsApart() {
    gateway.app.answers(
        (call, response) ->
            response
                .header("Cache-Control", "max-age=60")
                .header("Vary", "Accept-Language")
                .sendString(reactor.core.publisher.Mono.just("" + call.header("accept-language")))
                .then());

    for (String language : new String[] {"de", "fr", "de", "fr"}) {
      assertThat(gateway.get("/api/v", "Accept-Language", language).body()).isEqualTo(language);
    }
    assertThat(gateway.app.calls()).hasSize(2);
  }

  @Test
  void aCookieIsNotShared() {
    gateway.app.answers(
        FakeUpstream.with("v", "Cache-Control", "max-age=60", "Set-Cookie", "session=1"));
    gateway.get("/api/cookie");

    HttpResponse<String> second = gateway.get("/api/cookie");

    assertThat(header(second, "Cache-Status")).contains("detail=set-cookie");
    assertThat(gateway.app.calls()).hasSize(2);
  }

  @Test
  void saysInProblemDetailsWhatWentWrong() {
    HttpResponse<String> unknown = gateway.get("/nowhere");
    HttpResponse<String> closed = gateway.get("/closed/door");

    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(header(unknown, "Content-Type")).isEqualTo("application/problem+json");
    assertThat(unknown.body()).contains("\"detail\":\"No route for GET /nowhere.\"");
    assertThat(closed.statusCode()).isEqualTo(502);
    assertThat(closed.body())
        .contains("\"title\":\"Bad Gateway\"", "The upstream refused the connection.")
        .doesNotContain("java", "netty", "Exception");
  }
}
