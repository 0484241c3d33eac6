package io.tokenlane.prefetch.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ContinuationsTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Continuations continuations = new Continuations(nanos::get);

  @Test
  void learnsAfterWhichTurnConversationsEnd() {
    assertThat(continuations.probability(1)).isEqualTo(0.5);
    for (int i = 0; i < 8; i++) {
      continuations.asked("first" + i, Optional.empty(), 1);
      continuations.asked("second" + i, Optional.of("first" + i), 2);
    }
    nanos.addAndGet(Duration.ofMinutes(11).toNanos());

    assertThat(continuations.probability(1)).isEqualTo(0.9);
    assertThat(continuations.probability(2)).isEqualTo(0.1);
  }

  @Test
  void whatGoesOnFromNothingKnownSaysNothing() {
    continuations.asked("b", Optional.of("a"), 2);
    assertThat(continuations.probability(1)).isEqualTo(0.5);
  }

  @Test
  void habitsFade() {
    for (int i = 0; i < 600; i++) {
      continuations.asked("old" + i, Optional.empty(), 1);
    }
    nanos.addAndGet(Duration.ofMinutes(11).toNanos());
    for (int i = 0; i < 600; i++) {
      continuations.asked("a" + i, Optional.empty(), 1);
      continuations.asked("b" + i, Optional.of("a" + i), 2);
    }
    assertThat(continuations.probability(1)).isGreaterThan(0.6);
  }
}
