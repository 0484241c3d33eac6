package io.tokenlane.prefetch.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForgettingsTest {
  private static final int MANY = 30_000;

  private final AtomicLong now = new AtomicLong();
  private final Forgettings forgettings = new Forgettings(now::get);

  /** However many are forgotten, in whatever order and again: the floor takes the place of some. */
  @ParameterizedTest
  @ValueSource(ints = {5_000, MANY})
  void nothingForgottenInTheLastMinutesIsLetIn(int most) {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    List<Long> latest = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      latest.add(-1L);
    }
    for (int i = 0; i < MANY; i++) {
      int which = random.nextInt(most);
      latest.set(which, now.incrementAndGet());
      forgettings.group("g" + which);
    }
    for (int i = 0; i < most; i++) {
      if (latest.get(i) >= 0) {
        assertThat(forgettings.since("k", "g" + i, latest.get(i))).isTrue();
      }
    }
    assertThat(forgettings.since("k", "g0", now.incrementAndGet())).isFalse();
  }

  @Test
  void whatBeganLatelyIsHeldByTheLatestForgettingsAlone() {
    forget(10_000, i -> forgettings.group("g" + i));
    assertThat(forgettings.since("k", "other", 0)).isFalse();

    forget(2, i -> forgettings.group("h" + i));

    assertThat(forgettings.since("k", "other", 2)).isTrue();
    assertThat(forgettings.since("k", "other", 3)).isFalse();
  }

  @Test
  void soAreSelections() {
    forget(MANY, i -> forgettings.keys(key -> key.equals("k" + i)));

    assertThat(forgettings.since("k0", "g", 1)).isTrue();
    assertThat(forgettings.since("k" + (MANY - 1), "g", now.get())).isTrue();
    assertThat(forgettings.since("other", "g", now.get())).isFalse();
  }

  @Test
  void whatIsLongPastIsNoFloor() {
    forgettings.group("g");
    forgettings.keys("k"::equals);
    long begun = now.get();
    now.addAndGet(Duration.ofMinutes(11).toNanos());
    forget(3, i -> forgettings.group("h" + i));
    forget(3, i -> forgettings.keys("h"::equals));

    assertThat(forgettings.since("k", "g", begun)).isFalse();
  }

  @Test
  void everythingIsForgottenAtOnce() {
    long begun = now.get();
    forgettings.all();

    assertThat(forgettings.since("k", "g", begun)).isTrue();
    assertThat(forgettings.since("k", "g", now.incrementAndGet())).isFalse();
  }

  private void forget(int times, IntConsumer one) {
    for (int i = 0; i < times; i++) {
      now.incrementAndGet();
      one.accept(i);
    }
  }
}
