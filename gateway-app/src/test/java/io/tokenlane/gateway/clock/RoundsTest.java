package io.tokenlane.gateway.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private final ByHand clock = new ByHand();
  private int things;
  private int looked;
  private Runnable meanwhile = () -> {};
  private final Rounds rounds =
      new Rounds(
          clock,
          Duration.ofMillis(50),
          () -> {
            boolean something = things > 0;
            meanwhile.run();
            return something;
          },
          () -> looked++);

  /** Runs what is put off when it is told to. */
  private static final class ByHand extends ScheduledThreadPoolExecutor {
    private final Queue<Runnable> later = new ArrayDeque<>();
    private boolean closing;

    ByHand() {
      super(0);
    }

    @Override
    public @Nullable ScheduledFuture<?> schedule(Runnable what, long delay, TimeUnit unit) {
      if (closing) {
        throw new RejectedExecutionException("closing");
      }
      later.add(what);
      return null;
    }

    void tick() {
      later.remove().run();
    }
  }

  @AfterEach
  void stop() {
    clock.shutdownNow();
  }

  @Test
  void itGoesWhileThereIsSomething() {
    things = 1;
    rounds.wake();
    rounds.wake();
    clock.tick();
    assertThat(looked).isEqualTo(1);
    clock.tick();
    things = 0;
    clock.tick();

    assertThat(looked).isEqualTo(3);
    assertThat(clock.later).isEmpty();

    things = 1;
    rounds.wake();
    assertThat(clock.later).hasSize(1);
  }

  /** It comes after the last look and before the clock stands: its wake finds the clock going. */
  @Test
  void whoComesAsItStopsIsLookedAtToo() {
    things = 1;
    rounds.wake();
    things = 0;
    meanwhile =
        () -> {
          meanwhile = () -> {};
          things = 1;
          rounds.wake();
        };
    clock.tick();

    assertThat(clock.later).hasSize(1);
  }

  @Test
  void aRoundThatFailsIsNotTheLast() {
    Rounds failing =
        new Rounds(
            clock,
            Duration.ofMillis(50),
            () -> true,
            () -> {
              throw new IllegalStateException("no");
            });
    failing.wake();
    assertThatThrownBy(clock::tick).hasMessage("no");
    assertThat(clock.later).hasSize(1);
  }

  @Test
  void aClosingClockRefusesQuietly() {
    clock.closing = true;
    rounds.wake();
    assertThat(clock.later).isEmpty();
  }
}
