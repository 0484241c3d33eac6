package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Model calls through the whole gateway. */
final class CallTest {
  private static final String GREEDY =
      "{\"model\":\"m\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static final String STREAMED =
      "{\"model\":\"m\",\"temperature\":0,\"stream\":true,\"messages\":[]}";

  private final RunningGateway gateway = RunningGateway.fresh();

  private void nodesAnswer(FakeUpstream.Behaviour behaviour) {
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
  }

  private int nodeCalls() {
    return gateway.one.calls().size() + gateway.two.calls().size();
  }

  @Test
  void goesToANodeAndComesFromTheCacheTheSecondTime() {
    HttpResponse<String> miss = gateway.chat(GREEDY);
    HttpResponse<String> hit = gateway.chat(GREEDY);

    assertThat(miss.body()).isEqualTo(FakeUpstream.ANSWER);
    assertThat(header(miss, "Cache-Status")).isEqualTo("tokenlane; fwd=miss; ttl=3600; stored");
    assertThat(header(miss, "x-tokenlane-node")).isNotEmpty();
    assertThat(header(miss, "x-tokenlane-prompt-tokens")).isEqualTo("original=1, sent=1");
    assertThat(hit.body()).isEqualTo(miss.body());
    assertThat(header(hit, "Cache-Status")).startsWith("tokenlane; hit; ttl=");
    assertThat(header(hit, "Content-Type")).isEqualTo("application/json");
    assertThat(nodeCalls()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0} then {1}: {2} calls")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'temperature':0,'n':1}     | { 'n' : 1, 'temperature' : 0 } | 1",
        "{'temperature':0,'messages':[{'r':1,'c':2}]} | {'messages':[{'c':2,'r':1}],'temperature':0} | 1",
        "{'temperature':0,'n':1}     | {'temperature':0,'n':2}        | 2",
        "{'temperature':0,'stop':[1,2]} | {'temperature':0,'stop':[2,1]} | 2",
        "{'temperature':0,'a':1}     | {'temperature':0,'a':1}        | 2",
        "{'temperature':0,'new':1}   | {'temperature':0}              | 2",
        "{'temperature':0,'seed':12345678901234567890123} | {'temperature':0,'seed':12345678901234567890124} | 2",
        "{'temperature':1}           | {'temperature':1}              | 2",
        "{'a':1}                     | {'a':1}                        | 2",
        "{'temperature':0,'store':true} | {'temperature':0,'store':true} | 2",
        "{'temperature':0,'a':1,'a':2}  | {'temperature':0,'a':1,'a':2}  | 2",
      })
  void keysAreCanonical(String first, String second, int calls) {
    gateway.chat(first.replace('\'', '"'));
    gateway.chat(second.replace('\'', '"'));

    assertThat(nodeCalls()).isEqualTo(calls);
  }

  @Test
  void eachTenantHasItsOwnAnswers() {
    gateway.chat(GREEDY, "Authorization", "Bearer alice");
    gateway.chat(GREEDY, "Authorization", "Bearer bob");
    gateway.chat(GREEDY, "x-api-key", "alice");
    gateway.chat(GREEDY);

    assertThat(nodeCalls()).isEqualTo(4);
  }

  @Test
  void aClientMayAskForANewAnswerOrForNoStoring() {
    gateway.chat(GREEDY);
    gateway.chat(GREEDY, "Cache-Control", "no-cache");
    assertThat(nodeCalls()).isEqualTo(2);

    gateway.chat(STREAMED, "Cache-Control", "no-store");
    gateway.chat(STREAMED, "Cache-Control", "no-store");
    assertThat(nodeCalls()).isEqualTo(4);
  }

  @Test
  void nodesDoNotSeeTheClientsCredentials() {
    String[] credentials = {"Authorization", "Bearer secret", "Cookie", "a=b"};
    IntStream.range(0, 20)
        .mapToObj(i -> gateway.sendAsync(gateway.chatRequest("{\"n\":" + i + "}", credentials)))
        .toList()
        .forEach(CompletableFuture::join);

    assertThat(gateway.one.calls()).isNotEmpty().allMatch(c -> c.header("authorization") == null);
    assertThat(gateway.two.calls())
        .isNotEmpty()
        .allMatch(c -> "Bearer sesame".equals(c.header("authorization")));
    assertThat(gateway.one.calls()).allMatch(c -> c.header("cookie") == null);
  }

  private static String piece(String content, boolean last) {
    return "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + content
        + "\"},\"finish_reason\":"
        + (last ? "\"stop\"" : "null")
        + "}]}\n\n";
  }

  @Test
  void streamsEventByEvent() throws IOException {
    Sinks.Many<String> events = Sinks.many().unicast().onBackpressureBuffer();
    nodesAnswer(FakeUpstream.events(events.asFlux()));
    events.tryEmitNext(piece("0", false));

    HttpResponse<InputStream> answer = gateway.open(gateway.chatRequest(STREAMED));
    try (InputStream body = answer.body()) {
      // Each event is read in full before the node sends the next one.
      for (int i = 1; i < 5; i++) {
        String before = piece("" + (i - 1), false);
        assertThat(new String(body.readNBytes(before.length()), StandardCharsets.UTF_8))
            .isEqualTo(before);
        events.tryEmitNext(piece("" + i, i == 4));
      }
      events.tryEmitNext("data: [DONE]\n\n");
      events.tryEmitComplete();
      assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(piece("4", true) + "data: [DONE]\n\n");
    }
    HttpResponse<String> hit = gateway.chat(STREAMED);
    assertThat(header(hit, "Cache-Status")).contains("hit");
    assertThat(header(hit, "Content-Type")).startsWith("text/event-stream");
    assertThat(hit.body()).contains("\"content\":\"01234\"").endsWith("data: [DONE]\n\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"chat-completion.json", "chat-stream.sse", "models.json", "error.json"})
  void contractsPassByteForByte(String fixture) throws IOException {
    Path contracts = Path.of(System.getProperty("tokenlane.root"), "docs", "contracts");
    String bytes = Files.readString(contracts.resolve(fixture));
    boolean events = fixture.endsWith(".sse");
    nodesAnswer(
        FakeUpstream.with(
            bytes, "Content-Type", events ? "text/event-stream" : "application/json"));

    String body =
        events
            ? "{\"stream\":true,\"temperature\":0,\"stream_options\":{\"include_usage\":true}}"
            : GREEDY;
    assertThat(gateway.chat(body).body()).isEqualTo(bytes);
    String again = gateway.chat(body).body();
    if (events) {
      // From the stored answer, whose events are cut otherwise.
      assertThat(again).contains("The capital of France is Paris.", "\"completion_tokens\":8");
    } else {
      assertThat(again).isEqualTo(bytes);
    }
  }

  @Test
  void nodesGetTheCompressedPrompt() {
    String log = "2024-03-10 12:00:00 INFO  connection from 10.0.0.1 closed by peer\\n";
    String body =
        "{\"temperature\":0.10,\"messages\":[{\"role\":\"user\",\"content\":\""
            + log.repeat(30)
            + "\"}]}";

    String[] tokens = header(gateway.chat(body), "x-tokenlane-prompt-tokens").split("\\D+", -1);

    assertThat(Integer.parseInt(tokens[2])).isPositive().isLessThan(Integer.parseInt(tokens[1]));
    String sent =
        Stream.concat(gateway.one.calls().stream(), gateway.two.calls().stream())
            .map(FakeUpstream.Call::body)
            .findFirst()
            .orElse("");
    assertThat(sent).contains("\"temperature\":0.10").hasSizeLessThan(body.length());
  }

  @Test
  void modelsComeFromANodeAndAreNotStored() {
    nodesAnswer(FakeUpstream.ok("{\"object\":\"list\"}"));

    assertThat(gateway.get("/v1/models").body()).isEqualTo("{\"object\":\"list\"}");
    assertThat(gateway.get("/v1/models").body()).isEqualTo("{\"object\":\"list\"}");
    assertThat(nodeCalls()).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{nope    | body: not JSON, line 1 column 2 (expected: a JSON object)",
        "[1]      | body: array (expected: a JSON object)",
        "'\"hi\"' | body: string (expected: a JSON object)",
        "''       | body: empty (expected: a JSON object)",
        "{} x     | body: not JSON, line 1 column 4 (expected: a JSON object)",
      })
  void whatIsNoCallIsRefusedInOpenAisShape(String body, String message) {
    HttpResponse<String> answer = gateway.chat(body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/json");
    assertThat(answer.body())
        .isEqualTo(
            "{\"error\":{\"message\":\""
                + message
                + "\",\"type\":\"invalid_request_error\",\"param\":null,"
                + "\"code\":\"invalid_body\"}}");
    assertThat(nodeCalls()).isZero();
  }

  @Test
  void depthIsBounded() {
    HttpResponse<String> answer = gateway.chat("{\"a\":" + "[".repeat(5_000));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("invalid_body");
  }

  @ParameterizedTest(name = "100 MB, announced: {0}")
  @ValueSource(booleans = {true, false})
  void aBodyOf100MegabytesIsRefusedUnread(boolean announced) throws IOException {
    long sent = 0;
    String status;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      String length = announced ? "Content-Length: 100000000" : "Transfer-Encoding: chunked";
      var out = socket.getOutputStream();
      out.write(
          ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" + length + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      if (!announced) {
        sent = pour(socket, 100_000_000);
      }
      status = firstLine(socket);
    }

    assertThat(status).startsWith("HTTP/1.1 413");
    assertThat(sent).isLessThan(50_000_000);
    assertThat(nodeCalls()).isZero();
  }

  /** Writes chunks until all are out or the other side stops reading; how many bytes went. */
  private static long pour(Socket socket, long total) throws IOException {
    byte[] chunk = ("1000\r\n" + "x".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    var out = socket.getOutputStream();
    long sent = 0;
    try {
      while (sent < total && socket.getInputStream().available() == 0) {
        out.write(chunk);
        sent += 4096;
      }
    } catch (SocketException closed) {
      return sent;
    }
    return sent;
  }

  private static String firstLine(Socket socket) throws IOException {
    byte[] head = socket.getInputStream().readNBytes(16);
    return new String(head, StandardCharsets.US_ASCII);
  }

  @Test
  void largeAnswersPassWithoutBeingStored() {
    String large = "\"" + "x".repeat(40_000) + "\"";
    nodesAnswer(FakeUpstream.ok(large));

    assertThat(gateway.chat(GREEDY).body()).isEqualTo(large);
    assertThat(gateway.chat(GREEDY).body()).isEqualTo(large);
    assertThat(nodeCalls()).isEqualTo(2);
  }

  @Test
  void aStreamThatIsNotCompleteIsNotStored() {
    nodesAnswer(FakeUpstream.events(Flux.just("data: {\"i\":0}\n\n")));

    gateway.chat(STREAMED);
    gateway.chat(STREAMED);

    assertThat(nodeCalls()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/%76%31/chat/completions",
        "/v1;x=1/chat/completions",
        "/v1/chat/%63ompletions",
        "/v1/chat/completions;x=1"
      })
  void aPathWrittenAnotherWayEvadesNothing(String path) {
    HttpResponse<String> answer =
        gateway.send(gateway.request(path).POST(BodyPublishers.ofString("no JSON")));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"code\":\"invalid_body\"");
    assertThat(nodeCalls()).isZero();
  }
}
