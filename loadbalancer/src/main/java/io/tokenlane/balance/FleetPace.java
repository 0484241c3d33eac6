package io.tokenlane.balance;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicReference;

/** Smoothed level and spread of the logarithm of latency over all nodes. */
final class FleetPace {
  private static final double ALPHA = 0.03;
  private static final double FIRST_VARIANCE = 0.25;
  private static final double LEAST_VARIANCE = 0.01;

  private static final Level UNSEEN = new Level(Double.NaN, FIRST_VARIANCE, 0, 0);

  private final AtomicReference<Level> level = new AtomicReference<>(UNSEEN);

  /**
   * @param mean of ln latency; NaN before the first sample
   * @param variance of ln latency around each node's own level
   * @param samples seen, as far as they matter: a cold first one must not stay the level for long
   */
  record Level(double mean, double variance, double latencyNanos, int samples) {
    boolean seen() {
      return latencyNanos > 0;
    }
  }

  Level level() {
    return requireNonNull(level.get());
  }

  /** All nodes went: what others take is not to be held against what these took. */
  void forget() {
    level.set(UNSEEN);
  }

  /**
   * @param offset how far the node's own level lies above the fleet's
   */
  void learn(double latencyNanos, double offset) {
    double x = Pace.logarithm(latencyNanos);
    level.updateAndGet(before -> next(requireNonNull(before), x, offset));
  }

  private static Level next(Level before, double x, double offset) {
    if (!before.seen()) {
      return new Level(x, before.variance(), Math.exp(x), 1);
    }
    double off = x - before.mean();
    double noise = off - offset;
    int samples = Math.min(before.samples() + 1, Integer.MAX_VALUE - 1);
    double mean = before.mean() + Math.max(ALPHA, 1.0 / samples) * off;
    double variance = before.variance() + ALPHA * (noise * noise - before.variance());
    return new Level(mean, Math.max(LEAST_VARIANCE, variance), Math.exp(mean), samples);
  }
}
