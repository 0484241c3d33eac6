package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Nodes and upstreams that say nothing. */
final class TimeLimitsTest {
  private static final String STREAMED = "{\"stream\":true,\"messages\":[]}";

  private final RunningGateway gateway = RunningGateway.fresh();

  @AfterEach
  void everyLeaseIsClosed() {
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
  }

  @Test
  void aStreamThatDoesNotBeginIsAskedOfAnotherNode() {
    FakeUpstream.Behaviour well = FakeUpstream.events(Flux.just("data: 2\n\n", "data: [DONE]\n\n"));
    gateway.one.answers((call, response) -> Mono.never());
    gateway.two.answers(well);

    for (int i = 0; i < 3; i++) {
      assertThat(gateway.chat(STREAMED).body()).isEqualTo("data: 2\n\ndata: [DONE]\n\n");
    }
  }

  @Test
  void aStreamThatBeginsNowhereIsRefusedInTime() {
    gateway.one.answers((call, response) -> Mono.never());
    gateway.two.answers((call, response) -> Mono.never());

    HttpResponse<String> answer = gateway.chat(STREAMED);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("\"code\":\"no_node_available\"");
  }

  @Test
  void aStreamThatFallsSilentEndsWithAnErrorEvent() {
    FakeUpstream.Behaviour silent =
        FakeUpstream.events(Flux.just("data: 1\n\n").concatWith(Mono.never()));
    gateway.one.answers(silent);
    gateway.two.answers(silent);

    assertThat(gateway.chat(STREAMED).body())
        .startsWith("data: 1\n\ndata: {\"error\":")
        .endsWith("data: [DONE]\n\n");
  }

  @Test
  void aClientThatReadsNothingHoldsNoNode() throws IOException {
    FakeUpstream.Behaviour flood =
        FakeUpstream.events(
            Flux.generate(sink -> sink.next("data: " + "x".repeat(8_000) + "\n\n")));
    gateway.one.answers(flood);
    gateway.two.answers(flood);
    try (Socket client = new Socket()) {
      client.setReceiveBufferSize(4096);
      client.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), gateway.port()));
      client
          .getOutputStream()
          .write(
              """
              POST /v1/chat/completions HTTP/1.1\r
              Host: gateway\r
              Content-Type: application/json\r
              Content-Length: %d\r
              \r
              %s"""
                  .formatted(STREAMED.length(), STREAMED)
                  .getBytes(StandardCharsets.US_ASCII));
      Eventually.eventually("a call in flight", () -> gateway.inFlight() == 1);

      Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
    }
  }

  @Test
  void aCallOnANodeThatFreezesGoesToAnother() {
    gateway.one.answers((call, response) -> Mono.never());
    gateway.two.answers((call, response) -> Mono.never());
    CompletableFuture<HttpResponse<String>> waiting =
        gateway.sendAsync(gateway.chatRequest("{\"n\":1}"));
    Eventually.eventually(
        "a call on a node", () -> gateway.one.calls().size() + gateway.two.calls().size() == 1);
    FakeUpstream frozen = gateway.one.calls().isEmpty() ? gateway.two : gateway.one;
    FakeUpstream other = frozen == gateway.one ? gateway.two : gateway.one;
    other.answers(FakeUpstream.ok("{\"from\":\"other\"}"));

    frozen.healthy(false);

    assertThat(waiting.join().body()).isEqualTo("{\"from\":\"other\"}");
    assertThat(gateway.bean(NodePool.class).snapshot())
        .anyMatch(node -> node.state() == NodeState.DOWN);
  }

  @Test
  void anUpstreamThatDoesNotAnswerIsATimeout() {
    gateway.app.answers((call, response) -> Mono.never());

    HttpResponse<String> answer = gateway.get("/api/never");

    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
  }

  /** As Java's HttpClient does where it would rather speak HTTP/2. */
  @Test
  void whoOffersAnotherProtocolHasNoMoreTime() {
    gateway.app.answers((call, response) -> Mono.never());

    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .sendAsync(gateway.request("/api/never").build(), BodyHandlers.ofString())
            .join();

    assertThat(answer.statusCode()).isEqualTo(504);
  }

  @Test
  void whereNoNodeAnswersAnotherModelDoes() {
    FakeUpstream.Behaviour onlySmall =
        (call, response) ->
            call.body().contains("\"small\"")
                ? FakeUpstream.ok("{\"from\":\"small\"}").answer(call, response)
                : FakeUpstream.status(503).answer(call, response);
    gateway.one.answers(onlySmall);
    gateway.two.answers(onlySmall);

    HttpResponse<String> answer = gateway.chat("{\"model\":\"big\",\"temperature\":0}");

    assertThat(answer.body()).isEqualTo("{\"from\":\"small\"}");
    assertThat(header(answer, "x-tokenlane-model")).isEqualTo("small");
    assertThat(header(gateway.chat("{\"model\":\"big\",\"temperature\":0}"), "Cache-Status"))
        .doesNotContain("hit");
  }

  @Test
  void aNodeThatAsksToBeLeftAloneIsLeftAlone() {
    gateway.one.answers(
        (call, response) ->
            response.status(503).header("Retry-After", "1").sendString(Mono.just("{}")).then());
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));
    for (int i = 0; i < 20; i++) {
      assertThat(gateway.chat("{\"n\":" + i + "}").body()).isEqualTo("{\"from\":2}");
    }
    assertThat(gateway.one.calls()).hasSizeLessThanOrEqualTo(2);
  }
}
