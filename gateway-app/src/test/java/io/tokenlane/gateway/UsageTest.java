package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What a stream cost is always asked of the node, and told to who asked. */
final class UsageTest {
  private static final String TEXT =
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n";
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\n";
  private static final String TOLD =
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}";
  private static final String DONE = "data: [DONE]\n\n";

  private final RunningGateway gateway = RunningGateway.fresh();

  private void answers(Flux<String> events) {
    gateway.one.answers(FakeUpstream.events(events));
    gateway.two.answers(FakeUpstream.events(events));
  }

  private void answers(Flux<String> parts, String type) {
    FakeUpstream.Behaviour behaviour =
        (call, response) -> response.sse().header("Content-Type", type).sendString(parts).then();
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
  }

  private String sent() {
    List<FakeUpstream.Call> calls =
        Stream.concat(gateway.one.calls().stream(), gateway.two.calls().stream()).toList();
    return calls.getFirst().body();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stream\":true}",
        " {\"stream\":true,\"messages\":[]}",
        "{\"stream\":true,\"stream_options\":{}}",
        "{\"stream\":true,\"stream_options\":null}",
        "{\"stream\":true,\"stream_options\":{\"include_usage\":false}}",
      })
  void isAskedForAndKeptBack(String body) {
    answers(Flux.just(TEXT, USAGE, DONE));

    HttpResponse<String> answer = gateway.chat(body);

    assertThat(answer.body()).isEqualTo(TEXT + DONE);
    assertThat(sent().replace(" ", "")).contains("\"stream_options\":{\"include_usage\":true}");
  }

  @Test
  void isToldToWhoAsks() {
    answers(Flux.just(TEXT, USAGE, DONE));
    String body = "{\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

    assertThat(gateway.chat(body).body()).isEqualTo(TEXT + USAGE + DONE);
    assertThat(sent()).isEqualTo(body);
  }

  @Test
  void isKeptBackWhereverTheNodesChunksAreCut() {
    String all = TEXT + USAGE + DONE;
    int cut = all.length() - DONE.length() - 9;
    answers(Flux.just(all.substring(0, cut), all.substring(cut)));

    assertThat(gateway.chat("{\"stream\":true}").body()).isEqualTo(TEXT + DONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"stream\":true}", "{\"stream\":true,\"temperature\":0,\"seed\":4711}"})
  void ofAStreamWhoseClientLeavesIsEstimatedAndSaysSo(String body) throws IOException {
    answers(Flux.just(TEXT, TEXT, TEXT).concatWith(Flux.never()));
    String id = "left-" + System.nanoTime();

    try (InputStream events = gateway.open(gateway.chatRequest(body, "x-request-id", id)).body()) {
      events.readNBytes(3 * TEXT.length());
    }

    Eventually.eventually(
        "a line in the log",
        () ->
            gateway
                .accessLog()
                .lines()
                .filter(line -> line.contains(id))
                .anyMatch(
                    line ->
                        line.contains("\"outcome\":\"cancelled\"")
                            && line.contains("\"output_tokens\":3,\"estimated\":true")));
    Eventually.eventually("nothing in flight", () -> gateway.inFlight() == 0);
  }

  private String logged(String id) {
    Eventually.eventually("a line in the log", () -> !lines(id).isEmpty());
    return lines(id).getFirst();
  }

  private List<String> lines(String id) {
    return gateway.accessLog().lines().filter(line -> line.contains(id)).toList();
  }

  /** Of an answer in one piece nobody can say what its tokens are before all of it is there. */
  @ParameterizedTest
  @ValueSource(strings = {"{\"choices\":[]", "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,"})
  void ofHalfAnAnswerInOnePieceIsNotEstimated(String half) throws IOException {
    answers(Flux.just(half).concatWith(Flux.never()), "application/json");
    String id = "half-" + System.nanoTime();

    try (InputStream body = gateway.open(gateway.chatRequest("{}", "x-request-id", id)).body()) {
      body.readNBytes(half.length());
    }

    assertThat(logged(id)).contains("\"outcome\":\"cancelled\"").doesNotContain("output_tokens");
  }

  @Test
  void ofAnAnswerThatIsAllThereIsReadThoughItsClientLeavesBeforeTheEnd() throws IOException {
    answers(Flux.just(TOLD).concatWith(Flux.never()), "application/json");
    String id = "all-" + System.nanoTime();

    try (InputStream body = gateway.open(gateway.chatRequest("{}", "x-request-id", id)).body()) {
      body.readNBytes(TOLD.length());
    }

    assertThat(logged(id)).contains("\"output_tokens\":7,\"estimated\":false");
  }

  /** It closes its connection the moment that it has the last byte. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoGetsAllOfAnAnswerHasNotLeft(boolean chunked) throws IOException {
    if (chunked) {
      answers(Flux.just(TOLD.substring(0, 20), TOLD.substring(20)), "application/json");
    } else {
      gateway.one.answers(FakeUpstream.ok(TOLD));
      gateway.two.answers(FakeUpstream.ok(TOLD));
    }
    String id = "whole-" + System.nanoTime();
    int calls = 100;
    for (int i = 0; i < calls; i++) {
      callAndClose(id, chunked ? "\r\n0\r\n\r\n" : TOLD);
    }

    Eventually.eventually("all lines in the log", () -> lines(id).size() == calls);
    assertThat(lines(id))
        .allMatch(line -> line.contains("\"outcome\":\"done\""))
        .allMatch(line -> line.contains("\"output_tokens\":7"));
  }

  private void callAndClose(String id, String end) throws IOException {
    String body = "{\"messages\":[]}";
    String request =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
            + "x-request-id: %s\r\nContent-Length: %d\r\n\r\n%s".formatted(id, body.length(), body);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      while (!answer.toString().endsWith(end)) {
        int next = socket.getInputStream().read();
        assertThat(next).as(answer.toString()).isNotNegative();
        answer.append((char) next);
      }
    }
  }

  @Test
  void heartbeatsHaveToBeANumberOfSeconds() {
    HttpResponse<String> refused = gateway.chat("{}", "x-tokenlane-heartbeat", "soon");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("expected: 1 to 9999");
  }

  @Test
  void heartbeatsComeBetweenEventsAndAreNotStored() throws IOException {
    Sinks.One<String> done = Sinks.one();
    answers(Flux.just(TEXT).concatWith(done.asMono()));
    String greedy = "{\"stream\":true,\"temperature\":0}";

    String rest;
    try (InputStream body =
        gateway.open(gateway.chatRequest(greedy, "x-tokenlane-heartbeat", "1")).body()) {
      String begun = TEXT + ": heartbeat\n\n";
      assertThat(new String(body.readNBytes(begun.length()), StandardCharsets.UTF_8))
          .isEqualTo(begun);
      done.tryEmitValue(DONE);
      rest = new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
    HttpResponse<String> stored = gateway.chat(greedy);

    assertThat(rest.replace(": heartbeat\n\n", "")).isEqualTo(DONE);
    assertThat(header(stored, "Cache-Status")).contains("hit");
    assertThat(stored.body())
        .contains("\"content\":\"a\"")
        .doesNotContain("heartbeat")
        .endsWith(DONE);
  }
}
