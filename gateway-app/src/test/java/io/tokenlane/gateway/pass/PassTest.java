package io.tokenlane.gateway.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Requests beside the filters, on sockets: the same answers, in the same order, and in the log. */
@Timeout(60)
final class PassTest {
  private final RunningGateway gateway = RunningGateway.fresh();
  private final Habit habit =
      java.util.Objects.requireNonNull(gateway.bean(PassRules.class).routes().byId("bare")).habit();

  private void learn() {
    for (int i = 0; i < Habit.LEARNED; i++) {
      habit.saw(false);
    }
  }

  @Test
  void areTimedAsAllRequestsAre() {
    learn();
    gateway.app.answers(FakeUpstream.status(503));
    long before = serverErrors();
    AtomicInteger sent = new AtomicInteger();
    Eventually.eventually(
        "passed",
        () -> {
          sent.incrementAndGet();
          return passed(gateway.get("/bare/timed"));
        });

    Eventually.eventually("all are timed", () -> serverErrors() - before == sent.get());
  }

  private long serverErrors() {
    Timer timer =
        gateway
            .bean(MeterRegistry.class)
            .find("http.server.requests")
            .tags("method", "GET", "status", "503", "outcome", "SERVER_ERROR", "uri", "UNKNOWN")
            .timer();
    return timer == null ? 0 : timer.count();
  }

  private void unlearn() {
    habit.saw(true);
  }

  private String raw(String sent) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port())) {
      socket.setSoTimeout(15_000);
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Sends all at once and reads so many answers. */
  private String untilAnswered(String sent, int count) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port())) {
      socket.setSoTimeout(15_000);
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
      StringBuilder answers = new StringBuilder();
      while (answers.chars().filter(c -> c == '>').count() < count) {
        int b = socket.getInputStream().read();
        if (b < 0) {
          return answers.toString();
        }
        answers.append((char) b);
      }
      return answers.toString();
    }
  }

  /** What an origin and a client see, but for what is new each time or says which way it went. */
  private String seen(String method, String path, String body) {
    gateway.app.calls().clear();
    HttpResponse<String> answer =
        gateway.send(
            gateway
                .request(path)
                .header("Authorization", "Bearer me")
                .header("Cookie", "a=b; c=d")
                .header("X-Request-Id", "mine-1")
                .method(
                    method,
                    body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    return Seen.of(answer, gateway.app.calls().getFirst());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /bare/things?a=1&b=%2F, ''",
    "POST, /bare/things, {\"a\":1}",
    "PUT, /bare/x~y, text",
    "DELETE, /bare, ''"
  })
  void bothWaysLookTheSame(String method, String path, String body) {
    gateway.app.answers(
        FakeUpstream.with(
            "hello", "X-App", "yes", "Set-Cookie", "s=1", "Connection", "x-hop", "X-Hop", "1"));
    unlearn();
    String through = seen(method, path, body);
    learn();
    String beside = seen(method, path, body);

    assertThat(beside).isEqualTo(through);
  }

  @Test
  void passesOnlyWhatNobodyMayStore() {
    unlearn();
    gateway.app.answers(FakeUpstream.with("v", "Cache-Control", "no-store"));
    for (int i = 0; i < Habit.LEARNED; i++) {
      assertThat(RunningGateway.header(gateway.get("/bare/a?" + i), "Cache-Status"))
          .contains("fwd=miss");
    }
    awaitPassed("/bare/a");

    gateway.app.answers(FakeUpstream.with("v", "Cache-Control", "max-age=60"));
    gateway.get("/bare/b");
    gateway.get("/bare/b");
    assertThat(RunningGateway.header(gateway.get("/bare/b"), "Cache-Status")).contains("hit");
  }

  /** A request that comes while the end of the last answer is still being written does not pass. */
  private void awaitPassed(String path) {
    Eventually.eventually("passed", () -> passed(gateway.get(path)));
  }

  private static boolean passed(HttpResponse<?> answer) {
    return RunningGateway.header(answer, "Cache-Status")
        .equals("tokenlane; fwd=bypass; detail=passed");
  }

  @Test
  void aChangeBesideTheCacheMakesStaleWhatIsInIt() {
    unlearn();
    gateway.app.answers(FakeUpstream.with("v1", "Cache-Control", "max-age=60"));
    gateway.get("/bare/doc");
    gateway.app.answers(FakeUpstream.with("v2"));
    learn();
    gateway.send(gateway.request("/bare/doc").POST(BodyPublishers.ofString("new")));
    unlearn();

    assertThat(gateway.get("/bare/doc").body()).isEqualTo("v2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /bare/../api/x HTTP/1.1\r\nHost: h",
        "GET /bare/%2e%2e/x HTTP/1.1\r\nHost: h",
        "GET //bare/x HTTP/1.1\r\nHost: h",
        "GET /bare/x;v=1 HTTP/1.1\r\nHost: h",
        "GET /bare/x HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4",
        "GET /bare/x HTTP/1.1\r\nHost: h\r\nCache-Control: no-store",
        "HEAD /bare/x HTTP/1.1\r\nHost: h",
        "OPTIONS /bare/x HTTP/1.1\r\nHost: h"
      })
  void whatNeedsMoreGoesThroughTheFilters(String head) throws IOException {
    learn();
    assertThat(raw(head + "\r\nConnection: close\r\n\r\n")).doesNotContain("passed");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsTheOrderOfRequestsInOneGo(boolean passing) throws IOException {
    unlearn();
    if (passing) {
      learn();
    }
    gateway.app.answers(
        (call, response) ->
            Mono.delay(Duration.ofMillis(call.uri().endsWith("0") ? 50 : 1))
                .then(response.sendString(Mono.just("<" + call.uri() + ">")).then()));
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      // Every third one is not for passing.
      String field = i % 3 == 2 ? "Cache-Control: no-store\r\n" : "";
      String method = i % 4 == 1 ? "POST" : "GET";
      String body = method.equals("POST") ? "Content-Length: 3\r\n\r\nabc" : "\r\n";
      sent.append(method).append(" /bare/").append(i % 10).append("?n=").append(i);
      sent.append(" HTTP/1.1\r\nHost: h\r\n").append(field).append(body);
    }
    String answers = untilAnswered(sent.toString(), 12);

    StringBuilder order = new StringBuilder();
    java.util.regex.Matcher found =
        java.util.regex.Pattern.compile("<[^>]*n=(\\d+)>").matcher(answers);
    while (found.find()) {
      order.append(found.group(1)).append(' ');
    }
    assertThat(order.toString()).isEqualTo("0 1 2 3 4 5 6 7 8 9 10 11 ");
  }

  @Test
  void anUpstreamThatBreaksIsABadGatewayOrACutAnswer() throws IOException {
    learn();
    gateway.app.answers(FakeUpstream.reset());
    HttpResponse<String> before =
        gateway.send(gateway.request("/bare/x").POST(BodyPublishers.ofString("1")));
    assertThat(before.statusCode()).isEqualTo(502);
    assertThat(before.body()).contains("upstream closed");

    gateway.app.answers(
        (call, response) ->
            response
                .sendString(
                    Flux.just("first").concatWith(Mono.error(new IllegalStateException("cut"))),
                    StandardCharsets.UTF_8)
                .then());
    learn();
    String amid = raw("GET /bare/y HTTP/1.1\r\nHost: h\r\n\r\n");
    assertThat(amid).contains("first").doesNotEndWith("0\r\n\r\n");
  }

  @Test
  void interimAnswersPassToo() throws IOException {
    learn();
    gateway.app.answers(
        (call, response) -> {
          response.withConnection(FakeUpstream::hint);
          return response.sendString(Mono.just("<final>")).then();
        });
    assertThat(untilAnswered("GET /bare/hints HTTP/1.1\r\nHost: h\r\n\r\n", 2))
        .startsWith("HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\nHTTP/1.1 200 OK\r\n")
        .contains("detail=passed")
        .endsWith("<final>");
  }

  @Test
  void anUpstreamThatIsGoneIsToldAsEver() {
    learn();
    gateway.app.die();
    assertThat(gateway.get("/bare/x").statusCode()).isEqualTo(502);
    gateway.app.comeBack();
    assertThat(gateway.get("/bare/x").statusCode()).isEqualTo(200);
  }

  @Test
  void aBodyThatNeverEndsIsRefused() throws IOException {
    learn();
    assertThat(raw("POST /bare/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{"))
        .startsWith("HTTP/1.1 408 ");
  }

  /** It comes while the request before it is answered, and then nothing more comes. */
  @Test
  void aBodyThatNeverEndsBehindAnotherRequestIsRefusedToo() throws IOException {
    learn();
    gateway.app.answers(
        (call, response) ->
            Mono.delay(Duration.ofMillis(50)).then(response.sendString(Mono.just("first")).then()));
    assertThat(
            raw(
                "GET /bare/a HTTP/1.1\r\nHost: h\r\n\r\n"
                    + "POST /bare/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{"))
        .contains("first", "HTTP/1.1 408 ");
  }

  @Test
  void bodiesOfAnySizeAndLogLinesOfEach() throws IOException {
    learn();
    gateway.app.answers(
        (call, response) ->
            response
                .sendString(
                    Flux.range(0, call.body().length() / 1000)
                        .map(i -> call.body().substring(i * 1000, i * 1000 + 1000)))
                .then());
    Random random = new Random(7);
    for (int i = 0; i < 30; i++) {
      String body = "x".repeat(1000 * random.nextInt(90));
      HttpResponse<String> echoed =
          gateway.send(
              gateway
                  .request("/bare/echo")
                  .header("X-Request-Id", "pass-" + i)
                  .POST(BodyPublishers.ofString(body)));
      assertThat(echoed.body()).isEqualTo(body);
    }
    Eventually.eventually("logged", () -> gateway.accessLog().contains("\"id\":\"pass-29\""));
    assertThat(gateway.accessLog().lines().filter(line -> line.contains("\"id\":\"pass-")))
        .hasSize(30);
  }

  @Test
  void aClientThatLeavesEndsItsRequestUpstream() throws IOException {
    learn();
    java.util.concurrent.CountDownLatch left = new java.util.concurrent.CountDownLatch(1);
    gateway.app.answers(
        (call, response) ->
            response
                .sendString(Flux.interval(Duration.ofMillis(5)).map(i -> "tick"))
                .then()
                .doFinally(signal -> left.countDown()));
    try (InputStream answer = gateway.open(gateway.request("/bare/ticks")).body()) {
      assertThat(answer.readNBytes(8)).hasSize(8);
    }
    Eventually.eventually("left", () -> left.getCount() == 0);
    Eventually.eventually("none under way", () -> gateway.bean(Passing.class).underWay() == 0);
  }
}
