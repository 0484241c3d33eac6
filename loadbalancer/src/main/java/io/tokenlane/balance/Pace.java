package io.tokenlane.balance;

/**
 * How fast a node answers, compared with the fleet. With x the logarithm of a latency:
 *
 * <pre>
 * z  = EWMA of x − fleet's level, α = 0.3, starting at 0 (an unseen node is like the fleet)
 * q  = z² / SE²,  SE² = variance of x · sum of the squared EWMA weights
 * slowness = exp(z · q / (1 + q))
 * </pre>
 *
 * so a node counts as slow (or fast) only as far as the difference stands out of the noise. What
 * was learned fades over 10 s: a node avoided for its slowness is seen again.
 *
 * @param offset z
 * @param weightSquares sum of the squares of the weights that the samples have in z; 0 if none
 * @param exponent z · q / (1 + q)
 * @param latencyNanos smoothed latency, the geometric mean; 0 if unseen
 */
record Pace(
    double offset, double weightSquares, double exponent, double latencyNanos, long sampledAt) {
  static final Pace UNKNOWN = new Pace(0, 0, 0, 0, 0);

  private static final double ALPHA = 0.3;
  private static final double FADED_NANOS = 10e9;
  private static final double SHORTEST_NANOS = 1e3;

  static double logarithm(long latencyNanos) {
    return Math.log(Math.max(SHORTEST_NANOS, (double) latencyNanos));
  }

  Pace with(long latencyNanos, FleetPace.Level fleet, long now) {
    double x = logarithm(latencyNanos);
    double level = fleet.seen() ? fleet.mean() : x;
    double z = offset + ALPHA * (x - level - offset);
    double squares = (1 - ALPHA) * (1 - ALPHA) * weightSquares + ALPHA * ALPHA;
    double q = z * z / (fleet.variance() * squares);
    return new Pace(z, squares, z * q / (1 + q), Math.exp(level + z), now);
  }

  boolean seen() {
    return weightSquares > 0;
  }

  double slowness(long now) {
    double fresh = 1 - Math.max(0, now - sampledAt) / FADED_NANOS;
    return exponent == 0 || fresh <= 0 ? 1 : Math.exp(exponent * fresh);
  }
}
