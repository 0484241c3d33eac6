package io.tokenlane.balance;

/** Smoothed level and spread of the logarithm of latency over all nodes. */
final class FleetPace {
  private static final double ALPHA = 0.03;
  private static final double FIRST_VARIANCE = 0.25;
  private static final double LEAST_VARIANCE = 0.01;

  private final Cell<Level> level = new Cell<>(new Level(Double.NaN, FIRST_VARIANCE, 0));

  /**
   * @param mean of ln latency; NaN before the first sample
   * @param variance of ln latency around each node's own level
   */
  record Level(double mean, double variance, double latencyNanos) {
    boolean seen() {
      return latencyNanos > 0;
    }
  }

  Level level() {
    return level.get();
  }

  /**
   * @param offset how far the node's own level lies above the fleet's
   */
  void learn(long latencyNanos, double offset) {
    double x = Pace.logarithm(latencyNanos);
    level.change(before -> next(before, x, offset));
  }

  private static Level next(Level before, double x, double offset) {
    if (!before.seen()) {
      return new Level(x, before.variance(), Math.exp(x));
    }
    double off = x - before.mean();
    double noise = off - offset;
    double mean = before.mean() + ALPHA * off;
    double variance = before.variance() + ALPHA * (noise * noise - before.variance());
    return new Level(mean, Math.max(LEAST_VARIANCE, variance), Math.exp(mean));
  }
}
