package io.tokenlane.gateway.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many calls are let through, from how soon their answers began. */
final class AdaptiveLimitTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final AdaptiveLimit limit =
      new AdaptiveLimit(new ResilienceProperties.Adaptive(true, 100, 10, 400));

  /** Fills the limit and answers this many of the calls after this long. */
  private void answer(int calls, long millis) {
    for (int i = 0; i < calls; i++) {
      fill();
      limit.give(0, millis * MILLI, false);
    }
  }

  private void fill() {
    boolean room = true;
    while (room) {
      room = limit.take();
    }
  }

  @Test
  void refusesWhatIsBeyondIt() {
    IntStream.range(0, 100).forEach(i -> assertThat(limit.take()).isTrue());

    assertThat(limit.take()).isFalse();
    limit.give(0, 0, false);
    assertThat(limit.take()).isTrue();
  }

  @Test
  void growsWhileAnswersStayQuickAndFallsWhenTheyQueue() {
    answer(2000, 20);
    int quick = limit.current();
    answer(40, 400);
    int queueing = limit.current();

    assertThat(quick).isGreaterThan(100);
    assertThat(queueing).isLessThan(quick / 2).isGreaterThanOrEqualTo(10);
  }

  @Test
  void clientsThatLeaveTeachNothing() {
    for (int i = 0; i < 1000; i++) {
      assertThat(limit.take()).isTrue();
      limit.give(0, 0, false);
    }
    assertThat(limit.current()).isEqualTo(100);
    assertThat(limit.underWay()).isZero();
  }
}
