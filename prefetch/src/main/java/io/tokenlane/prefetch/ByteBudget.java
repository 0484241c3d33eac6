package io.tokenlane.prefetch;

import java.util.function.LongSupplier;

/**
 * How many bytes prefetching may take a minute: a bucket that fills with time up to a minute's
 * worth. What a fetch took is known when it is over, so the bucket may be overdrawn by the fetches
 * under way; then nothing begins until it is filled again. Thread-safe.
 */
public final class ByteBudget {
  private static final double NANOS_PER_MINUTE = 60e9;

  private final long perMinute;
  private final LongSupplier nanoClock;
  private double left;
  private long atNanos;

  /**
   * A full bucket.
   *
   * @param perMinute bytes a minute, &gt; 0; 0: without a bound
   * @param nanoClock monotonic nanoseconds
   */
  public ByteBudget(long perMinute, LongSupplier nanoClock) {
    if (perMinute < 0) {
      throw new IllegalArgumentException("perMinute: " + perMinute + " (expected: >= 0)");
    }
    this.perMinute = perMinute;
    this.nanoClock = nanoClock;
    this.left = (double) perMinute;
    this.atNanos = nanoClock.getAsLong();
  }

  /** Whether a fetch may begin. */
  public synchronized boolean open() {
    fill();
    return perMinute == 0 || left > 0;
  }

  /** A fetch took so many bytes. */
  public synchronized void spent(long bytes) {
    fill();
    left -= (double) bytes;
  }

  private void fill() {
    long now = nanoClock.getAsLong();
    left = Math.min((double) perMinute, left + perMinute * ((now - atNanos) / NANOS_PER_MINUTE));
    atNanos = now;
  }
}
