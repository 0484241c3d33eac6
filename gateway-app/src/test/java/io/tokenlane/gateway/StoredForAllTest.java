package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** What one client's request leaves in the cache is what everybody else would have been given. */
final class StoredForAllTest {
  private static final String DIGITS = "0123456789";
  private static final String FRESH = "max-age=600";

  private final RunningGateway gateway = RunningGateway.fresh();

  private void app(int status, String body, String... fields) {
    gateway.app.answers(
        (call, response) -> FakeUpstream.with(body, fields).answer(call, response.status(status)));
  }

  private void nodesAnswer(String body) {
    gateway.one.answers(FakeUpstream.ok(body));
    gateway.two.answers(FakeUpstream.ok(body));
  }

  private static String cacheStatus(HttpResponse<?> answer) {
    return header(answer, "Cache-Status");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
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

  @ParameterizedTest
  @ValueSource(strings = {FRESH, "max-age=10, stale-while-revalidate=600"})
  void aPartIsNotStoredInThePlaceOfTheWhole(String control) {
    String path = "/api/truncated" + control.length();
    String age = control.equals(FRESH) ? "0" : "60";
    app(200, DIGITS, "Cache-Control", control, "Age", age);
    gateway.get(path);
    gateway.app.answers(
        (call, response) ->
            call.header("range") == null
                ? FakeUpstream.with(DIGITS, "Cache-Control", FRESH).answer(call, response)
                : FakeUpstream.with("0", "Cache-Control", FRESH, "Content-Range", "bytes 0-0/10")
                    .answer(call, response.status(206)));

    HttpResponse<String> part =
        age.equals("0")
            ? gateway.get(path, "Range", "bytes=0-0", "Cache-Control", "no-cache")
            : gateway.get(path, "Range", "bytes=0-0");
    Eventually.eventually("asked", () -> gateway.app.calls().size() == 2);

    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("0");
    Eventually.eventually("whole", () -> gateway.get(path).body().equals(DIGITS));
    assertThat(gateway.get(path).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"416, Range, bytes=99-", "412, If-Match, '\"z\"'", "304, If-None-Match, '\"z\"'"})
  void whatBecameOfAConditionIsNotStored(int status, String name, String value) {
    String path = "/api/condition" + status;
    app(status, "", "Cache-Control", FRESH);
    HttpResponse<String> asked = gateway.get(path, name, value);
    app(200, DIGITS, "Cache-Control", FRESH);

    assertThat(asked.statusCode()).isEqualTo(status);
    assertThat(cacheStatus(asked)).doesNotContain("stored");
    assertThat(gateway.get(path).body()).isEqualTo(DIGITS);
  }

  @Test
  void aClientsConditionValidatesNothing() {
    app(200, "OLD", "Cache-Control", "max-age=10, stale-if-error=600", "Age", "60");
    gateway.get("/api/freshened");
    gateway.app.answers(
        (call, response) ->
            FakeUpstream.with("NEW", "Cache-Control", FRESH, "ETag", "\"new\"")
                .answer(call, response.status(call.header("if-none-match") == null ? 200 : 304)));

    assertThat(gateway.get("/api/freshened", "If-None-Match", "*").statusCode()).isEqualTo(304);
    assertThat(gateway.get("/api/freshened").body()).isEqualTo("NEW");
  }

  @Test
  void whatTheOriginIsNotGivenIsNotInTheKey() throws IOException {
    gateway.app.answers(
        (call, response) ->
            FakeUpstream.with(
                    "theme=" + call.header("x-theme"), "Cache-Control", FRESH, "Vary", "X-Theme")
                .answer(call, response));
    gateway.get("/api/theme", "X-Theme", "blue");

    String hidden =
        raw(
            "GET /api/theme HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Theme: red\r\n"
                    .formatted(gateway.port())
                + "Connection: x-theme, close\r\n\r\n");

    assertThat(hidden).contains("theme=null");
    assertThat(gateway.get("/api/theme", "X-Theme", "red").body()).isEqualTo("theme=red");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"error\":{\"message\":\"overloaded\"}}", "<html></html>", "{\"choices\":[{"})
  void whatIsNoAnswerIsNotStoredThoughItComesWith200(String body) {
    String call = "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"none\"}]}";
    nodesAnswer(body);
    assertThat(gateway.chat(call).body()).isEqualTo(body);
    nodesAnswer(FakeUpstream.ANSWER);

    // Who asks before the first call has ended, which its client does not see, shares its answer.
    Eventually.eventually(
        "asked anew", () -> gateway.chat(call).body().equals(FakeUpstream.ANSWER));
    assertThat(cacheStatus(gateway.chat(call))).contains("hit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{\"error\":{\"code\":502}} | false", "{\"data\":[]} | true"})
  void embeddingsAreStoredUnlessTheyAreAnError(String body, boolean stored) {
    String call = "{\"model\":\"m\",\"input\":\"" + stored + "\"}";
    nodesAnswer(body);
    embed(call);
    if (stored) {
      embed(call);
      assertThat(nodesCalls()).isEqualTo(1);
    } else {
      Eventually.eventually(
          "asked anew",
          () -> {
            embed(call);
            return nodesCalls() == 2;
          });
    }
  }

  private void embed(String call) {
    gateway.send(
        gateway
            .request("/v1/embeddings")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(call)));
  }

  private int nodesCalls() {
    return gateway.one.calls().size() + gateway.two.calls().size();
  }

  @Test
  void aStoredFailureAnswersNoCondition() {
    app(404, "gone", "Cache-Control", FRESH, "ETag", "\"1\"");
    gateway.get("/api/gone");

    assertThat(gateway.get("/api/gone", "If-None-Match", "*").statusCode()).isEqualTo(404);
    assertThat(gateway.get("/api/gone", "If-None-Match", "\"1\"").statusCode()).isEqualTo(404);
    assertThat(gateway.app.calls()).hasSize(1);
  }

  @Test
  void aHeadThatWantsStoredAnswersOnlyAsksNobody() {
    HttpResponse<String> head =
        gateway.send(
            gateway
                .request("/api/unknown-head")
                .header("Cache-Control", "only-if-cached")
                .method("HEAD", BodyPublishers.noBody()));

    assertThat(head.statusCode()).isEqualTo(504);
    assertThat(gateway.app.calls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1.1, true", "1.0, false"})
  void interimAnswersAreForThoseWhoKnowThem(String version, boolean told) throws IOException {
    gateway.app.answers(
        (call, response) -> {
          response.withConnection(FakeUpstream::hint);
          return response.sendString(Mono.just("final")).then();
        });
    String answer =
        raw(
            "GET /api/hints%s HTTP/%s\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n"
                .formatted(version, version, gateway.port()));

    assertThat(answer).contains("final");
    assertThat(answer.contains("103 Early Hints")).isEqualTo(told);
  }
}
