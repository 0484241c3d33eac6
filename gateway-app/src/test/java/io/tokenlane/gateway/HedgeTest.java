package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Streams that do not begin are asked of a second node as well; clients see one answer. */
final class HedgeTest {
  private static final String STREAMED = "{\"stream\":true,\"messages\":[]}";
  private static final String WHOLE = "data: 1\n\ndata: [DONE]\n\n";

  private final RunningGateway gateway = RunningGateway.fresh();
  private final double hedgesBefore = count("hedges");
  private final double retriesBefore = count("retries");

  @AfterEach
  void everyLeaseIsClosed() {
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
  }

  private double count(String what) {
    return gateway.bean(MeterRegistry.class).get("tokenlane.node." + what).counter().count();
  }

  private static FakeUpstream.Behaviour whole() {
    return FakeUpstream.events(Flux.just("data: 1\n\n", "data: [DONE]\n\n"));
  }

  /** The node that gets the call first answers so, the other one so. */
  private AtomicInteger answers(FakeUpstream.Behaviour first, FakeUpstream.Behaviour second) {
    AtomicInteger calls = new AtomicInteger();
    FakeUpstream.Behaviour inTurn =
        (call, response) -> (calls.getAndIncrement() == 0 ? first : second).answer(call, response);
    gateway.one.answers(inTurn);
    gateway.two.answers(inTurn);
    return calls;
  }

  @Test
  void whereTheFirstSaysNothingTheSecondAnswers() {
    AtomicInteger calls = answers((call, response) -> Mono.never(), whole());

    assertThat(gateway.chat(STREAMED).body()).isEqualTo(WHOLE);

    assertThat(calls).hasValue(2);
    assertThat(count("hedges") - hedgesBefore).isEqualTo(1);
    assertThat(count("retries")).isEqualTo(retriesBefore);
  }

  @Test
  void fieldsOfTheFirstAreNotSeenWhereItsTextDoesNotCome() {
    FakeUpstream.Behaviour onlyFields =
        (call, response) ->
            response.header("X-From", "first").sse().sendString(Flux.never()).then();
    AtomicInteger calls = answers(onlyFields, whole());

    HttpResponse<String> answer = gateway.chat(STREAMED);

    assertThat(answer.body()).isEqualTo(WHOLE);
    assertThat(answer.headers().firstValue("X-From")).isEmpty();
    assertThat(answer.headers().allValues("content-type")).containsExactly("text/event-stream");
    assertThat(calls).hasValue(2);
  }

  @Test
  void whereTheSecondRefusesTheFirstAnswersInItsTime() {
    FakeUpstream.Behaviour late =
        FakeUpstream.events(
            Flux.just("data: 1\n\n", "data: [DONE]\n\n").delaySubscription(Duration.ofMillis(450)));
    AtomicInteger calls = answers(late, FakeUpstream.status(503));

    assertThat(gateway.chat(STREAMED).body()).isEqualTo(WHOLE);
    assertThat(calls).hasValue(2);
  }

  @Test
  void answersInOnePieceAreAskedOfOne() {
    AtomicInteger calls =
        answers(
            (call, response) ->
                response.sendString(Mono.just("{}").delayElement(Duration.ofMillis(450))).then(),
            FakeUpstream.ok("{}"));

    assertThat(gateway.chat("{\"messages\":[]}").statusCode()).isEqualTo(200);
    assertThat(calls).hasValue(1);
  }
}
