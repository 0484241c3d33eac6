package io.tokenlane.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many of many requests are watched. */
final class PaceTest {
  private final AtomicLong now = new AtomicLong();

  private long allowed(Pace pace, int tries) {
    return IntStream.range(0, tries).filter(i -> pace.allows()).count();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 5, Long.MIN_VALUE, -1})
  void aBurstIsAllowedAndThenAnEvenPace(long begin) {
    now.set(begin);
    Pace pace = new Pace(100, 500, now::get);

    assertThat(allowed(pace, 10_000)).isEqualTo(500);
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(30));
    assertThat(allowed(pace, 10_000)).isEqualTo(3);
    now.addAndGet(TimeUnit.HOURS.toNanos(9));
    assertThat(allowed(pace, 10_000)).isEqualTo(500);
  }

  @Test
  void fewRequestsAreAllWatched() {
    Pace pace = new Pace(100, 500, now::get);
    for (int i = 0; i < 5_000; i++) {
      now.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
      assertThat(pace.allows()).isTrue();
    }
  }
}
