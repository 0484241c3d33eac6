package io.tokenlane.gateway.resilience;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may wait for their answers at once, learned: while the time to the first byte
 * stays what it was, the limit grows; when it rises, the nodes are queueing and the limit falls
 * (Netflix's Gradient2). So load is refused while answers are still quick, not after. What is
 * counted is what is timed: a stream that has begun waits for nothing, however long it goes on.
 * Before the first answers it stays where it was set. Beside it no more calls are let in than the
 * heap has room for. Thread-safe.
 */
final class AdaptiveLimit {
  /** Times differ between prompts; only twice the usual is taken for queueing. */
  private static final double TOLERANCE = 2.0;

  /** What an open stream takes, measured by {@code bench gateway}, and something on top. */
  private static final long BYTES_EACH = 40L << 10;

  /** What the gateway takes itself. */
  private static final long BYTES_AT_REST = 64L << 20;

  private final int fitting;

  private volatile ResilienceProperties.Adaptive bounds;
  private volatile Limit limit;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * @param fitting calls that may be under way at most; &gt; 0
   */
  AdaptiveLimit(ResilienceProperties.Adaptive settings, int fitting) {
    this.fitting = fitting;
    this.bounds = settings;
    this.limit = limit(settings, settings.initial());
  }

  /** Calls that a heap of so many bytes has room for. */
  static int fitting(long heapBytes) {
    return Math.clamp((heapBytes - BYTES_AT_REST) / BYTES_EACH, 100, Integer.MAX_VALUE);
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

  /**
   * A place for a call; null where there is none.
   *
   * @param nowNanos when the call asks for it
   */
  @Nullable Place take(long nowNanos) {
    if (underWay.incrementAndGet() <= fitting) {
      int before = waiting.get();
      while (before < limit.getLimit()) {
        if (waiting.compareAndSet(before, before + 1)) {
          return new Place(nowNanos);
        }
        before = waiting.get();
      }
    }
    underWay.decrementAndGet();
    return null;
  }

  /** A call's place: free again with the first byte of its answer, or with its end. */
  final class Place {
    private final long takenNanos;
    private final AtomicBoolean waits = new AtomicBoolean(true);

    private Place(long takenNanos) {
      this.takenNanos = takenNanos;
    }

    /**
     * The answer begins.
     *
     * @param well whether its time says something about the nodes: refusals come quickly however
     *     long the queue is
     */
    void begun(long nowNanos, boolean well) {
      if (waits.compareAndSet(true, false)) {
        int then = waiting.getAndDecrement();
        if (well) {
          limit.onSample(takenNanos, Math.max(1, nowNanos - takenNanos), then, false);
        }
      }
    }

    /** The call is over; to be called once. */
    void ended() {
      begun(takenNanos, false);
      underWay.decrementAndGet();
    }
  }

  /** Calls that may wait. */
  int current() {
    return limit.getLimit();
  }

  /** Calls whose answers have not begun. */
  int waiting() {
    return waiting.get();
  }

  /** Calls that have not ended. */
  int underWay() {
    return underWay.get();
  }
}
