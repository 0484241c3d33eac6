package io.tokenlane.gateway.prefetch;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * How long something wanted waits for a better moment: from when it is first asked about, at most
 * so long. Once over it stays so until what was wanted is done. For one thread at a time.
 */
final class Patience {
  private final Duration most;
  private final UnaryOperator<Duration> wait;
  private final LongSupplier nanoTime;
  private boolean waiting;
  private boolean over;
  private long since;

  /**
   * @param most zero: never waits
   * @param wait how long to wait, given how long it may be
   */
  Patience(Duration most, UnaryOperator<Duration> wait, LongSupplier nanoTime) {
    this.most = most;
    this.wait = wait;
    this.nanoTime = nanoTime;
  }

  /** Whether it is time. */
  boolean over() {
    long now = nanoTime.getAsLong();
    if (!waiting) {
      waiting = true;
      since = now;
    }
    if (!over) {
      Duration left = most.minusNanos(now - since);
      over = !left.isPositive() || !wait.apply(left).isPositive();
    }
    return over;
  }

  /** Nothing is wanted any more: what is wanted next waits anew. */
  void again() {
    waiting = false;
    over = false;
  }
}
