package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.cache.AnswerCache;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Identical misses at once. */
final class SingleFlightTest {
  private static final int CROWD = 30;
  private static final String GREEDY = "{\"temperature\":0,\"messages\":[]}";
  private static final String STREAMED = "{\"temperature\":0,\"stream\":true,\"messages\":[]}";

  private static final String PIECE =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},"
          + "\"finish_reason\":\"stop\"}]}\n\n";

  private final RunningGateway gateway = RunningGateway.fresh();
  private final Sinks.One<String> gate = Sinks.one();

  private int nodeCalls() {
    return gateway.one.calls().size() + gateway.two.calls().size();
  }

  private void nodesAnswer(FakeUpstream.Behaviour behaviour) {
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
  }

  private List<CompletableFuture<HttpResponse<String>>> crowd(String body) {
    List<CompletableFuture<HttpResponse<String>>> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      crowd.add(gateway.sendAsync(gateway.chatRequest(body)));
    }
    return crowd;
  }

  private static List<HttpResponse<String>> all(
      List<CompletableFuture<HttpResponse<String>>> crowd) {
    return crowd.stream().map(CompletableFuture::join).toList();
  }

  @Test
  void areOneFetch() {
    nodesAnswer((call, response) -> response.sendString(gate.asMono()).then());
    var crowd = crowd(GREEDY);
    Eventually.eventually("a fetch", () -> nodeCalls() > 0);
    gate.tryEmitValue(FakeUpstream.ANSWER);

    assertThat(all(crowd))
        .hasSize(CROWD)
        .allMatch(answer -> answer.body().equals(FakeUpstream.ANSWER));
    assertThat(nodeCalls()).isEqualTo(1);
  }

  @Test
  void areOneFetchWhenStreamed() {
    nodesAnswer(FakeUpstream.events(Flux.just(PIECE).concatWith(gate.asMono())));
    var crowd = crowd(STREAMED);
    Eventually.eventually("a fetch", () -> nodeCalls() > 0);
    gate.tryEmitValue("data: [DONE]\n\n");

    assertThat(all(crowd)).allMatch(SingleFlightTest::isWhole);
    assertThat(nodeCalls()).isEqualTo(1);
  }

  @Test
  void areReleasedWhenTheAnswerCannotBeShared() {
    nodesAnswer((call, response) -> response.status(404).sendString(gate.asMono().cache()).then());
    var crowd = crowd(GREEDY);
    Eventually.eventually("a fetch", () -> nodeCalls() > 0);
    gate.tryEmitValue("{\"no\":1}");

    assertThat(all(crowd)).allMatch(answer -> answer.statusCode() == 404);
    assertThat(gateway.bean(AnswerCache.class).flightsUnderWay()).isZero();
  }

  /** The crowd has come for the same; the fetch is theirs as much as the leader's. */
  @Test
  void surviveTheirFirstClient() throws IOException {
    nodesAnswer(FakeUpstream.events(Flux.just(PIECE).concatWith(gate.asMono())));
    var leader = gateway.open(gateway.chatRequest(STREAMED));
    var crowd = crowd(STREAMED);
    var late = gateway.open(gateway.chatRequest(STREAMED));
    byte[] passed = late.body().readNBytes(PIECE.length());

    leader.body().close();
    gate.tryEmitValue("data: [DONE]\n\n");

    assertThat(new String(passed, StandardCharsets.UTF_8)).isEqualTo(PIECE);
    assertThat(late.body().readAllBytes()).asString().isEqualTo("data: [DONE]\n\n");
    assertThat(all(crowd)).allMatch(SingleFlightTest::isWhole);
    assertThat(nodeCalls()).isEqualTo(1);
    assertThat(header(gateway.chat(STREAMED), "Cache-Status")).contains("hit");
  }

  /** As it passed; who comes when it is over gets the same text from what is stored. */
  private static boolean isWhole(HttpResponse<String> answer) {
    return answer.body().contains("\"content\":\"a\"")
        && answer.body().endsWith("data: [DONE]\n\n");
  }

  @Test
  void endWithTheirLastClient() throws IOException {
    nodesAnswer(FakeUpstream.events(Flux.just("data: 1\n\n").concatWith(Mono.never())));
    var one = gateway.open(gateway.chatRequest(STREAMED));
    var two = gateway.open(gateway.chatRequest(STREAMED));

    one.body().close();
    two.body().close();

    Eventually.eventually("no fetch", () -> gateway.bean(AnswerCache.class).flightsUnderWay() == 0);
    Eventually.eventually("no lease", () -> gateway.inFlight() == 0);
  }
}
