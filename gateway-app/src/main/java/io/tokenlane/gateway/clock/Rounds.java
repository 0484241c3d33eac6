package io.tokenlane.gateway.clock;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Goes round at an interval while there is something to look at, and not at all while there is
 * nothing: an idle gateway's clock stands still. Whoever brings something calls {@link #wake}.
 */
public final class Rounds {
  private final ScheduledExecutorService clockwork;
  private final long intervalNanos;
  private final BooleanSupplier something;
  private final Runnable round;
  private final AtomicBoolean going = new AtomicBoolean();

  /**
   * @param interval from one round's end to the next one's begin; &gt; 0
   * @param something whether there is anything to look at
   * @param round looks at it
   */
  public Rounds(
      ScheduledExecutorService clockwork,
      Duration interval,
      BooleanSupplier something,
      Runnable round) {
    this.clockwork = clockwork;
    this.intervalNanos = interval.toNanos();
    this.something = something;
    this.round = round;
  }

  /** There is something to look at: the first round comes after an interval. */
  public void wake() {
    if (!going.get() && going.compareAndSet(false, true)) {
      next();
    }
  }

  private void next() {
    try {
      var _ = clockwork.schedule(this::go, intervalNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closing) {
      going.set(false);
    }
  }

  private void go() {
    try {
      round.run();
    } finally {
      if (something.getAsBoolean()) {
        next();
      } else {
        going.set(false);
        // Who came in between found the clock still going, and did not wake it.
        if (something.getAsBoolean()) {
          wake();
        }
      }
    }
  }
}
