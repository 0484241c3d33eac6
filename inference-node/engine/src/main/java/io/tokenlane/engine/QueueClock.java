package io.tokenlane.engine;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time in the queue: who has waited too long, and when a refused caller should come back. All but
 * {@link #now} and {@link #retryAfterSeconds} belongs to the step thread.
 */
final class QueueClock {
  private static final double NANOS = 1e9;
  private static final double SMOOTHING = 0.1;
  private static final int MOST_SECONDS = 60;

  private final LongSupplier nanoTime;
  private final long deadlineNanos;

  /** Those that never ran, in the order of arrival, which is that of their deadlines. */
  private final Set<ActiveGeneration> waiting = new LinkedHashSet<>();

  private long lastEnd;
  private boolean busy;
  private volatile double nanosPerEnd;

  /**
   * @param deadlineNanos longest wait for the first step; 0 is for ever
   */
  QueueClock(LongSupplier nanoTime, long deadlineNanos) {
    this.nanoTime = nanoTime;
    this.deadlineNanos = deadlineNanos;
  }

  long now() {
    return nanoTime.getAsLong();
  }

  void arrived(ActiveGeneration generation) {
    if (!busy) {
      busy = true;
      lastEnd = generation.wires.submittedNanos();
    }
    if (deadlineNanos > 0) {
      waiting.add(generation);
    }
  }

  /** A generation ended, however. */
  void ended(ActiveGeneration generation) {
    waiting.remove(generation);
    long now = now();
    double nanos = now - lastEnd;
    nanosPerEnd = nanosPerEnd == 0 ? nanos : nanosPerEnd + SMOOTHING * (nanos - nanosPerEnd);
    lastEnd = now;
  }

  /** There is nothing to do: the time until there is does not count. */
  void idle() {
    busy = false;
  }

  /** The next generation whose time in the queue is over; null if there is none. */
  @Nullable ActiveGeneration expired() {
    while (!waiting.isEmpty()) {
      ActiveGeneration first = waiting.iterator().next();
      if (!first.sequence.hasRun()) {
        return now() - first.wires.submittedNanos() > deadlineNanos ? first : null;
      }
      waiting.remove(first);
    }
    return null;
  }

  /** What to tell a generation that expired. */
  String lateness() {
    return "queue: not begun within the deadline of %d ms (expected: less load)"
        .formatted(deadlineNanos / 1_000_000);
  }

  /**
   * Time until a part of the queue has ended, at the recent pace: 1 to 60 s.
   *
   * @param generations size of that part
   */
  int retryAfterSeconds(int generations) {
    return Math.clamp((long) Math.ceil(nanosPerEnd * generations / NANOS), 1, MOST_SECONDS);
  }
}
