package io.tokenlane.balance;

/**
 * How fast a node answers, compared with the fleet. With x the distance of a latency's logarithm
 * from the fleet's level, two averages that start at 0 (an unseen node is like the fleet):
 *
 * <pre>
 * z = EWMA of x, α = 0.3 by default          how the node answers now
 * s = EWMA of x cut at ±3σ, β               its speed: α / 10, of times per token 3 α / 10
 * SE² = variance of x · sum of the squared EWMA weights
 * sure(d) = d · max(0, 1 − 9 · SE² / d²)
 * slowness = exp(sure(s) + sure(z − s)), a speed within a fifth of the fleet's not counted
 * </pre>
 *
 * so within three standard errors a node is like the others, and exact in-flight counts decide
 * alone; beyond, the difference counts less its noise (positive-part shrinkage, James and Stein
 * 1961). The long average tells a node of half the speed, which is within the noise of ten answers;
 * the short one tells a change at once. The softer z · q / (1 + q) with q = z² / SE² leaves a
 * factor of chance between equal nodes that costs more waiting than it saves. What was learned
 * fades over 10 s: a node avoided for its slowness is seen again.
 *
 * <p>What z says within its noise is not thrown away: it hints at queues that other gateways built.
 * A third EWMA of the same distances, of α = 0.1, becomes the hint h − 0.5, which decides between
 * nodes of equal cost and is forgotten within about a second. A node that answered a moment ago,
 * and not late, has just freed a slot.
 *
 * @param offset z
 * @param weightSquares sum of the squares of the weights that the samples have in z; 0 if none
 * @param speed s
 * @param speedSquares the same sum for s
 * @param slowness as above, when sampled
 * @param latencyNanos smoothed latency, the geometric mean; 0 if unseen
 * @param hint h − 0.5 when sampled; 0 if unseen
 */
record Pace(
    double offset,
    double weightSquares,
    double speed,
    double speedSquares,
    double slowness,
    double latencyNanos,
    double hint) {
  static final Pace UNKNOWN = new Pace(0, 0, 0, 0, 1, 0, 0);

  private static final double HINT_ALPHA = 0.1;
  private static final double HINT_BIAS = 0.5;
  private static final double SURE = 9;
  private static final double OUTLIER = 3;

  /** Speeds that differ by less than a fifth are the same: calls one by one go to all nodes. */
  private static final double LEAST_SQUARE = 0.04;

  private static final double SHORTEST_NANOS = 1e3;

  static double logarithm(double latencyNanos) {
    return Math.log(Math.max(SHORTEST_NANOS, latencyNanos));
  }

  Pace with(double latencyNanos, FleetPace.Level fleet, double alpha, double beta) {
    double x = logarithm(latencyNanos);
    double level = fleet.seen() ? fleet.mean() : x;
    double z = offset + alpha * (x - level - offset);
    double squares = squares(weightSquares, alpha);
    double most = OUTLIER * Math.sqrt(fleet.variance());
    double s = speed + beta * (Math.clamp(x - level, -most, most) - speed);
    double speedSquares = squares(this.speedSquares, beta);
    double sure =
        sure(s, Math.max(LEAST_SQUARE, SURE * fleet.variance() * speedSquares))
            + sure(z - s, SURE * fleet.variance() * squares);
    double h = seen() ? hint + HINT_BIAS : 0;
    double near = h + HINT_ALPHA * (x - level - h);
    return new Pace(
        z, squares, s, speedSquares, Math.exp(sure), Math.exp(level + z), near - HINT_BIAS);
  }

  private static double squares(double before, double alpha) {
    return (1 - alpha) * (1 - alpha) * before + alpha * alpha;
  }

  /** The part of a difference that stands out of its noise. */
  private static double sure(double difference, double noise) {
    double square = difference * difference;
    return square <= noise ? 0 : difference * (1 - noise / square);
  }

  boolean seen() {
    return weightSquares > 0;
  }
}
