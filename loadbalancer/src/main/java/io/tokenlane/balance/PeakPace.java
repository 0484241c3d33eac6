package io.tokenlane.balance;

/**
 * A latency average that rises at once and falls slowly, as Finagle's {@code PeakEwma} keeps it: a
 * higher sample replaces it, a lower one counts by the time that passed since the last, with a
 * decay of 10 s.
 */
final class PeakPace {
  private static final double DECAY_NANOS = 10e9;

  private volatile double nanos;
  private volatile long at;

  /** Only under the member's lock. */
  void sample(double latencyNanos, long now) {
    double kept = nanos == 0 ? 0 : Math.exp(-(now - at) / DECAY_NANOS);
    nanos = latencyNanos > nanos ? latencyNanos : nanos * kept + latencyNanos * (1 - kept);
    at = now;
  }

  /** Nanoseconds; 0 if unseen. */
  double nanos() {
    return nanos;
  }
}
