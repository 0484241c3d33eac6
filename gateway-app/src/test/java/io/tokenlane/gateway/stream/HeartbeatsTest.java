package io.tokenlane.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

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
    List<String> seen = new java.util.ArrayList<>();
    StepVerifier.create(beating.doOnNext(seen::add), 3)
        .then(() -> source.next(buffer("a")))
        .then(() -> pause(60))
        .then(() -> source.next(buffer("b")))
        .thenRequest(2)
        .then(() -> pause(60))
        .thenCancel()
        .verify();
    assertThat(seen).containsExactly("a", "beat", "b", "beat");
    source.assertCancelled();
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
