package io.tokenlane.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

/** Comments in pauses, never more elements than were asked for. */
final class HeartbeatsTest {
  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final TestPublisher<DataBuffer> source = TestPublisher.create();
  private final Flux<String> beating =
      new Heartbeats(source.flux(), Duration.ofSeconds(5), time, () -> buffer("beat"))
          .map(chunk -> chunk.toString(StandardCharsets.UTF_8));

  private static DataBuffer buffer(String text) {
    return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private void pause(int seconds) {
    time.advanceTimeBy(Duration.ofSeconds(seconds));
  }

  @Test
  void beatsInPausesOnly() {
    StepVerifier.create(beating)
        .then(() -> pause(20))
        .then(() -> source.next(buffer("a")))
        .expectNext("a")
        .then(() -> pause(4))
        .then(() -> source.next(buffer("b")))
        .expectNext("b")
        .then(() -> pause(15))
        .expectNext("beat", "beat")
        .then(source::complete)
        .verifyComplete();
    source.assertWasRequested();
  }

  @Test
  void beatsFitWhatWasAskedFor() {
    TestSubscriber<String> subscriber = TestSubscriber.builder().initialRequest(3).build();
    beating.subscribe(subscriber);
    source.next(buffer("a"));
    pause(60);
    source.next(buffer("b"), buffer("c"));
    assertThat(subscriber.getReceivedOnNext()).containsExactly("a", "beat", "b");
    subscriber.request(2);
    pause(60);

    assertThat(subscriber.getReceivedOnNext()).containsExactly("a", "beat", "b", "c", "beat");
    source.complete();
    subscriber.block();
  }

  @Test
  void whoAsksForOneAtATimeGetsBeatsToo() {
    TestSubscriber<String> subscriber = TestSubscriber.builder().initialRequest(1).build();
    beating.subscribe(subscriber);
    source.next(buffer("a"));
    subscriber.request(1);
    pause(7);
    source.next(buffer("b"));
    source.complete();
    assertThat(subscriber.getReceivedOnNext()).containsExactly("a", "beat");
    subscriber.request(1);

    assertThat(subscriber.getReceivedOnNext()).containsExactly("a", "beat", "b");
    assertThat(subscriber.isTerminatedComplete()).isTrue();
  }

  @Test
  void theEndIsTheEnd() {
    StepVerifier.create(beating)
        .then(() -> source.next(buffer("a")))
        .expectNext("a")
        .then(() -> source.error(new IllegalStateException("gone")))
        .verifyErrorMessage("gone");
    pause(60);
  }
}
