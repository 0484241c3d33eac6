package io.tokenlane.gateway.resilience;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many calls may be under way at once, learned: while the time to the first byte stays what it
 * was, the limit grows; when it rises, the nodes are queueing and the limit falls (Netflix's
 * Gradient2). So load is refused while answers are still quick, not after. Thread-safe.
 */
final class AdaptiveLimit {
  /** Times differ between prompts; only twice the usual is taken for queueing. */
  private static final double TOLERANCE = 2.0;

  private volatile ResilienceProperties.Adaptive bounds;
  private volatile Limit limit;
  private final AtomicInteger underWay = new AtomicInteger();

  AdaptiveLimit(ResilienceProperties.Adaptive settings) {
    this.bounds = settings;
    this.limit = limit(settings, settings.initial());
  }

  private static Limit limit(ResilienceProperties.Adaptive settings, int initial) {
    return Gradient2Limit.newBuilder()
        .initialLimit(initial)
        .minLimit(settings.min())
        .maxConcurrency(settings.max())
        .rttTolerance(TOLERANCE)
        .build();
  }

  /** Learns within these bounds from now on, beginning where it stands; the same change nothing. */
  void bound(ResilienceProperties.Adaptive settings) {
    if (!settings.equals(bounds)) {
      bounds = settings;
      limit = limit(settings, Math.clamp(current(), settings.min(), settings.max()));
    }
  }

  /** Takes a place; false where there is none. */
  boolean take() {
    int before = underWay.get();
    while (before < limit.getLimit()) {
      if (underWay.compareAndSet(before, before + 1)) {
        return true;
      }
      before = underWay.get();
    }
    return false;
  }

  /**
   * Gives the place back.
   *
   * @param startNanos when it was taken
   * @param firstByteNanos until the first byte; 0 where the end says nothing about the nodes
   * @param dropped whether the call failed for want of capacity
   */
  void give(long startNanos, long firstByteNanos, boolean dropped) {
    int now = underWay.getAndDecrement();
    if (dropped || firstByteNanos > 0) {
      limit.onSample(startNanos, Math.max(1, firstByteNanos), now, dropped);
    }
  }

  int current() {
    return limit.getLimit();
  }

  int underWay() {
    return underWay.get();
  }
}
