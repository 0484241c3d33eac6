package io.tokenlane.gateway.console;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * So many a second on the average, more of them after a pause (the generic cell rate algorithm).
 * Thread-safe, lock-free.
 */
final class Pace {
  private final long stepNanos;
  private final long burstNanos;
  private final LongSupplier nanoClock;

  /** When the next one would be due if all came evenly. */
  private final AtomicLong due;

  /**
   * @param perSecond &gt; 0
   * @param atOnce after a pause; &gt; 0
   */
  Pace(int perSecond, int atOnce, LongSupplier nanoClock) {
    this.stepNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.burstNanos = stepNanos * atOnce;
    this.nanoClock = nanoClock;
    this.due = new AtomicLong(nanoClock.getAsLong());
  }

  /** Whether there may be one now. */
  boolean allows() {
    long now = nanoClock.getAsLong();
    long before = due.get();
    long next = (before - now > 0 ? before : now) + stepNanos;
    // Where another thread was first, this one is left out: it costs less than another try.
    return next - now <= burstNanos && due.compareAndSet(before, next);
  }
}
