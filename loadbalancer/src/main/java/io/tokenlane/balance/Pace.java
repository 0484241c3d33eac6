package io.tokenlane.balance;

/**
 * How fast a node answers, compared with the fleet. With x the logarithm of a latency:
 *
 * <pre>
 * z  = EWMA of x − fleet's level, α = 0.3, starting at 0 (an unseen node is like the fleet)
 * SE² = variance of x · sum of the squared EWMA weights
 * slowness = exp(z · max(0, 1 − 9 · SE² / z²))
 * </pre>
 *
 * so within three standard errors a node is like the others, and exact in-flight counts decide
 * alone; beyond, the difference counts less its noise (positive-part shrinkage, James and Stein
 * 1961). The softer z · q / (1 + q) with q = z² / SE² leaves a factor of chance between equal nodes
 * that costs more waiting than it saves. What was learned fades over 10 s: a node avoided for its
 * slowness is seen again.
 *
 * @param offset z
 * @param weightSquares sum of the squares of the weights that the samples have in z; 0 if none
 * @param exponent logarithm of the slowness when sampled
 * @param latencyNanos smoothed latency, the geometric mean; 0 if unseen
 */
record Pace(
    double offset, double weightSquares, double exponent, double latencyNanos, long sampledAt) {
  static final Pace UNKNOWN = new Pace(0, 0, 0, 0, 0);

  private static final double ALPHA = 0.3;
  private static final double FADED_NANOS = 10e9;
  private static final double SURE = 9;
  private static final double SHORTEST_NANOS = 1e3;

  static double logarithm(long latencyNanos) {
    return Math.log(Math.max(SHORTEST_NANOS, (double) latencyNanos));
  }

  Pace with(long latencyNanos, FleetPace.Level fleet, long now) {
    double x = logarithm(latencyNanos);
    double level = fleet.seen() ? fleet.mean() : x;
    double z = offset + ALPHA * (x - level - offset);
    double squares = (1 - ALPHA) * (1 - ALPHA) * weightSquares + ALPHA * ALPHA;
    double noise = SURE * fleet.variance() * squares;
    double sure = Math.max(0, 1 - noise / (z * z));
    return new Pace(z, squares, z == 0 ? 0 : z * sure, Math.exp(level + z), now);
  }

  boolean seen() {
    return weightSquares > 0;
  }

  double slowness(long now) {
    double fresh = 1 - Math.max(0, now - sampledAt) / FADED_NANOS;
    return exponent == 0 || fresh <= 0 ? 1 : Math.exp(exponent * fresh);
  }
}
