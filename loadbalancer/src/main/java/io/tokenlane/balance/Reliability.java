package io.tokenlane.balance;

/**
 * The share of good outcomes, exponentially smoothed, forgiven over time: a node that failed gets
 * few calls to prove itself with, so what is known against it fades by itself.
 *
 * @param badShare share of bad outcomes at {@code at}, 0 to {@link #WORST}
 */
record Reliability(double badShare, long at) {
  static final Reliability PERFECT = new Reliability(0, 0);

  private static final double ALPHA = 0.2;
  private static final double WORST = 0.95;
  private static final double FORGIVEN_NANOS = 10e9;

  Reliability with(boolean good, long now) {
    double bad = badShareAt(now);
    double next = bad + ALPHA * ((good ? 0 : 1) - bad);
    return new Reliability(next < 1e-3 ? 0 : Math.min(WORST, next), now);
  }

  double at(long now) {
    return 1 - badShareAt(now);
  }

  private double badShareAt(long now) {
    return badShare == 0 ? 0 : badShare * Math.exp(-Math.max(0, now - at) / FORGIVEN_NANOS);
  }
}
