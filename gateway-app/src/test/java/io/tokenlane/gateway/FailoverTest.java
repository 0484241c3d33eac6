package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeState;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Nodes that fail: nobody who has not seen a byte is to notice. */
final class FailoverTest {
  private static final String STREAMED = "{\"stream\":true,\"messages\":[]}";

  private final RunningGateway gateway = RunningGateway.fresh();

  @AfterEach
  void everyLeaseIsClosed() {
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
  }

  private List<HttpResponse<String>> chats(int count) {
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sent.add(gateway.sendAsync(gateway.chatRequest("{\"n\":" + i + "}")));
    }
    return sent.stream().map(CompletableFuture::join).toList();
  }

  /** What the first node's answer was framed by is not what the second one's is. */
  @Test
  void aStreamBehindARefusalIsWhole() {
    String refusal = "{\"error\":{\"message\":\"" + "x".repeat(80) + "\"}}";
    gateway.one.answers(
        (call, response) ->
            response
                .status(500)
                .header("Content-Type", "application/json")
                .header("Content-Length", Integer.toString(refusal.length()))
                .sendString(Mono.just(refusal))
                .then());
    List<String> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      events.add("data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"content\":\"t\"}}]}\n\n");
    }
    events.add("data: [DONE]\n\n");
    gateway.two.answers(
        FakeUpstream.events(Flux.fromIterable(events).delayElements(Duration.ofMillis(5))));
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String call = "{\"stream\":true,\"n\":1,\"seed\":" + i + ",\"messages\":[]}";
      sent.add(gateway.sendAsync(gateway.chatRequest(call)));
    }
    for (CompletableFuture<HttpResponse<String>> one : sent) {
      HttpResponse<String> answer = one.join();
      if (answer.statusCode() == 200) {
        assertThat(answer.headers().firstValue("content-length")).isEmpty();
        assertThat(answer.headers().firstValue("transfer-encoding")).hasValue("chunked");
        assertThat(answer.body()).isEqualTo(String.join("", events));
      }
    }
  }

  /** Of whose fields none is mixed with the next answer's. */
  @Test
  void nothingOfARefusedAnswerIsSeen() {
    gateway.one.answers(
        (call, response) ->
            response
                .status(503)
                .header("Content-Type", "application/json")
                .header("Set-Cookie", "refused=1")
                .header("Retry-After", "0")
                .sendString(Mono.just("{}"))
                .then());
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));

    for (int i = 0; gateway.one.calls().isEmpty() && i < 100; i++) {
      HttpResponse<String> answer = gateway.chat("{\"n\":" + i + "}");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().map()).doesNotContainKeys("set-cookie", "retry-after");
      assertThat(answer.headers().allValues("content-type")).hasSize(1);
      assertThat(answer.body()).isEqualTo("{\"from\":2}");
    }
    assertThat(gateway.one.calls()).isNotEmpty();
  }

  /**
   * A kept connection may break while its node is well; where there is no other, it is asked again.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theOnlyNodeIsAskedOnceMore(int broken) {
    NodePool pool = gateway.bean(NodePool.class);
    List<Node> nodes = pool.nodes();
    AtomicInteger calls = new AtomicInteger();
    gateway.one.answers(
        (call, response) ->
            (calls.getAndIncrement() < broken ? FakeUpstream.reset() : FakeUpstream.ok("{}"))
                .answer(call, response));
    try {
      pool.replace(nodes.stream().filter(node -> node.id().equals("one")).toList());

      assertThat(gateway.chat("{\"n\":1}").statusCode()).isEqualTo(broken == 1 ? 200 : 503);
      assertThat(calls).hasValue(2);
    } finally {
      pool.replace(nodes);
    }
  }

  @Test
  void aNodeThatIsGoneLosesNothing() {
    gateway.one.die();
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));

    assertThat(chats(40)).allMatch(a -> a.statusCode() == 200 && a.body().equals("{\"from\":2}"));
  }

  @Test
  void aNodeThatDiesWithCallsInItsHandsLosesNothing() {
    gateway.one.answers((call, response) -> Mono.never());
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));
    CompletableFuture<List<HttpResponse<String>>> answers =
        CompletableFuture.supplyAsync(() -> chats(40));
    Eventually.eventually("calls on the dying node", () -> gateway.one.calls().size() >= 3);

    gateway.one.die();

    assertThat(answers.join()).allMatch(a -> a.body().equals("{\"from\":2}"));
  }

  @Test
  void moreCallsThanTheRetryBudgetHoldsAreNotLostWithTheirNode() {
    Sinks.Empty<Void> oneIsGone = Sinks.empty();
    gateway.one.answers((call, response) -> Mono.never());
    FakeUpstream.Behaviour well = FakeUpstream.ok("{\"from\":2}");
    gateway.two.answers(
        (call, response) -> oneIsGone.asMono().then(Mono.from(well.answer(call, response))));
    CompletableFuture<List<HttpResponse<String>>> answers =
        CompletableFuture.supplyAsync(() -> chats(300));
    Eventually.eventually("calls on the dying node", () -> gateway.one.calls().size() >= 120);

    gateway.one.die();
    oneIsGone.tryEmitEmpty();

    assertThat(answers.join()).allMatch(a -> a.body().equals("{\"from\":2}"));
  }

  @Test
  void aConnectionCutBeforeTheAnswerIsRetriedElsewhere() {
    gateway.one.answers(FakeUpstream.reset());
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));

    assertThat(chats(20)).allMatch(a -> a.body().equals("{\"from\":2}"));
    assertThat(gateway.one.calls()).isNotEmpty();
  }

  @Test
  void aStreamCutAfterItsHeadersButBeforeItsFirstByteIsRetriedElsewhere() {
    String chunk =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"2\"},\"finish_reason\":\"stop\"}]}\n\n";
    FakeUpstream.Behaviour well = FakeUpstream.events(Flux.just(chunk, "data: [DONE]\n\n"));
    AtomicInteger calls = new AtomicInteger();
    FakeUpstream.Behaviour firstIsCut =
        (call, response) ->
            calls.getAndIncrement() == 0
                ? response.sse().sendHeaders().then().then(FakeUpstream.cut(response))
                : well.answer(call, response);
    gateway.one.answers(firstIsCut);
    gateway.two.answers(firstIsCut);

    String greedy = "{\"stream\":true,\"temperature\":0}";
    assertThat(gateway.chat(greedy).body()).isEqualTo(chunk + "data: [DONE]\n\n");
    assertThat(calls).hasValue(2);
    assertThat(header(gateway.chat(greedy), "Cache-Status")).contains("hit");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void aRefusalIsRetriedElsewhere(int status) {
    gateway.one.answers(FakeUpstream.status(status));
    gateway.two.answers(FakeUpstream.ok("{\"from\":2}"));

    assertThat(chats(10)).allMatch(a -> a.body().equals("{\"from\":2}"));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 501})
  void otherErrorsAreTheNodesAnswer(int status) {
    gateway.one.answers(FakeUpstream.status(status));
    gateway.two.answers(FakeUpstream.status(status));

    HttpResponse<String> answer = gateway.chat("{}");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains("The inference node answered with status " + status);
    assertThat(gateway.one.calls().size() + gateway.two.calls().size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"store\":true", "\"tools\":[{\"type\":\"web_search\"}]"})
  void anErrorOfTheNodesOwnIsNotRetriedWhereTheCallMayHaveChangedSomething(String member) {
    gateway.one.answers(FakeUpstream.status(500));
    gateway.two.answers(FakeUpstream.status(500));

    assertThat(gateway.chat("{" + member + "}").statusCode()).isEqualTo(500);
    assertThat(gateway.one.calls().size() + gateway.two.calls().size()).isEqualTo(1);
  }

  @Test
  void anErrorOfTheNodesOwnIsRetriedElsewhereForGetsOnly() {
    gateway.one.answers(FakeUpstream.status(500));
    gateway.two.answers(FakeUpstream.with("two", "Cache-Control", "no-store"));
    for (int i = 0; i < 10; i++) {
      assertThat(gateway.get("/plain/x" + i).body()).isEqualTo("two");
    }
    gateway.two.answers(FakeUpstream.status(500));
    HttpResponse<String> once =
        gateway.send(gateway.request("/plain/x").POST(BodyPublishers.ofString("buy")));
    assertThat(once.statusCode()).isEqualTo(500);
    assertThat(gateway.get("/plain/y").statusCode()).isEqualTo(500);
  }

  /** Nobody else can be asked, so what it said is the answer. */
  @Test
  void theErrorOfTheOnlyNodeThatServesIsPassedOn() {
    gateway.one.answers(FakeUpstream.status(500));
    gateway.one.healthy(false);
    gateway.two.answers(FakeUpstream.status(500));
    NodePool pool = gateway.bean(NodePool.class);
    for (int i = 0; i < 10; i++) {
      pool.reportHealth(pool.nodes().getFirst().id(), false, "taken out by this test");
      assertThat(gateway.get("/plain/" + i).statusCode()).isEqualTo(500);
    }
  }

  /** Whether another may be asked is known when the node has refused, not when it was chosen. */
  @Test
  void theErrorOfTheLastNodeIsPassedOnWhereTheOthersWentMeanwhile() {
    NodePool pool = gateway.bean(NodePool.class);
    gateway.one.answers(after(() -> pool.reportHealth("two", false, "taken out by this test")));
    gateway.two.answers(after(() -> pool.reportHealth("one", false, "taken out by this test")));

    assertThat(gateway.get("/plain/a").statusCode()).isEqualTo(500);
    assertThat(gateway.chat("{}").statusCode()).isEqualTo(500);
  }

  private static FakeUpstream.Behaviour after(Runnable doing) {
    return (call, response) -> {
      doing.run();
      return FakeUpstream.status(500).answer(call, response);
    };
  }

  @Test
  void withNoNodeLeftItSaysSo() {
    gateway.one.die();
    gateway.two.die();

    HttpResponse<String> answer = gateway.chat("{}");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(header(answer, "Retry-After")).isEqualTo("1");
    assertThat(answer.body())
        .isEqualTo(
            "{\"error\":{\"message\":\"No inference node is available. Try again in a moment.\","
                + "\"type\":\"server_error\",\"param\":null,\"code\":\"no_node_available\"}}");
  }

  @Test
  void whenAllRefuseTheLastRefusalIsPassedOn() {
    gateway.one.answers(FakeUpstream.status(503));
    gateway.two.answers(FakeUpstream.status(503));

    HttpResponse<String> answer = gateway.chat("{}");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("The inference node answered with status 503");
  }

  @RepeatedTest(20)
  void aStreamThatBreaksEndsWithAnErrorEvent() {
    FakeUpstream.Behaviour broken =
        FakeUpstream.events(
            Flux.just("data: 1\n\n", "data: {\"cut")
                .concatWith(Mono.error(new IllegalStateException("node dies"))));
    gateway.one.answers(broken);
    gateway.two.answers(broken);

    assertThat(gateway.chat(STREAMED).body())
        .startsWith("data: 1\n\ndata: {\"cut\n\ndata: {\"error\":{\"message\":")
        .contains("\"code\":\"stream_broken\"")
        .endsWith("}}\n\ndata: [DONE]\n\n");
  }

  @Test
  void aStreamThatStopsShortEndsWithAnErrorEvent() {
    FakeUpstream.Behaviour shortened = FakeUpstream.events(Flux.just("data: 1\n\n"));
    gateway.one.answers(shortened);
    gateway.two.answers(shortened);

    assertThat(gateway.chat(STREAMED).body())
        .startsWith("data: 1\n\ndata: {\"error\":")
        .endsWith("\n\ndata: [DONE]\n\n");
  }

  @Test
  void aNodesOwnErrorEventIsNotDoubled() {
    FakeUpstream.Behaviour told =
        FakeUpstream.events(Flux.just("data: 1\n\n", "data: {\"error\":{}}\n\n"));
    gateway.one.answers(told);
    gateway.two.answers(told);

    assertThat(gateway.chat(STREAMED).body())
        .isEqualTo("data: 1\n\ndata: {\"error\":{}}\n\ndata: [DONE]\n\n");
  }

  @Test
  void clientsThatGoAwayGiveTheirNodesBack() throws IOException {
    FakeUpstream.Behaviour endless =
        FakeUpstream.events(Flux.just("data: 1\n\n").concatWith(Mono.never()));
    gateway.one.answers(endless);
    gateway.two.answers(endless);
    for (int i = 0; i < 10; i++) {
      try (var body = gateway.open(gateway.chatRequest(STREAMED)).body()) {
        assertThat(body.read()).isEqualTo('d');
        assertThat(gateway.inFlight()).isPositive();
      }
    }
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
    assertThat(gateway.bean(NodePool.class).snapshot())
        .allMatch(node -> node.state() == NodeState.UP || node.state() == NodeState.RAMPING);
  }

  @Test
  void clientsThatGoAwayBeforeTheAnswerGiveTheirNodesBack() {
    gateway.one.answers((call, response) -> Mono.never());
    gateway.two.answers((call, response) -> Mono.never());
    var waiting = gateway.sendAsync(gateway.chatRequest("{}"));
    Eventually.eventually("a call in flight", () -> gateway.inFlight() == 1);

    waiting.cancel(true);

    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
  }

  @Test
  void randomCancelsLeaveNothingBehind() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    FakeUpstream.Behaviour slow =
        FakeUpstream.events(Flux.interval(Duration.ofMillis(2)).take(20).map(i -> "data: 1\n\n"));
    gateway.one.answers(slow);
    gateway.two.answers(slow);
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      sent.add(gateway.sendAsync(gateway.chatRequest(STREAMED)));
      if (random.nextBoolean()) {
        sent.get(random.nextInt(sent.size())).cancel(true);
      }
    }

    assertThat(CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).handle((v, e) -> 0))
        .as("seed %d", seed)
        .succeedsWithin(Duration.ofSeconds(30));
    Eventually.eventually("none in flight, seed " + seed, () -> gateway.inFlight() == 0);
  }
}
