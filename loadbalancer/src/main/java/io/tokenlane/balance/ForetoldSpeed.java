package io.tokenlane.balance;

/**
 * How far the nodes' weights foretell their speeds. Operators give a node a weight because it is
 * faster, or because it takes more calls at once. In the first case its latency says the same
 * again, and a cost that divides by the weight too would count it twice. So the part of the weights
 * that latencies explain is learned, as the slope of a line through (ln weight, ln latency),
 * smoothed over the answers:
 *
 * <pre>part = −cov(ln latency, ln weight) / var(ln weight), 0 to 1</pre>
 *
 * 1 where a node of twice the weight answers in half the time, 0 where weights and latencies have
 * nothing to do with each other. Half of that part is taken out of the weights: all of it spares
 * the fast nodes so much that the tail of the slow ones shows in the latencies.
 */
final class ForetoldSpeed {
  private static final double ALPHA = 0.005;

  /** Below it all weights are as good as equal. */
  private static final double LEAST_VARIANCE = 1e-3;

  private static final double TAKEN_OUT = 0.5;

  private double meanWeight = Double.NaN;
  private double meanLatency;
  private double covariance;
  private double variance;
  private int samples;
  private volatile double part;

  /** A node of this weight answered after so many nanoseconds. */
  synchronized void sample(double weight, double latencyNanos) {
    double w = Math.log(weight);
    double x = Pace.logarithm(latencyNanos);
    if (Double.isNaN(meanWeight)) {
      meanWeight = w;
      meanLatency = x;
    }
    samples++;
    double alpha = Math.max(ALPHA, 1.0 / samples);
    double off = w - meanWeight;
    double late = x - meanLatency;
    meanWeight += alpha * off;
    meanLatency += alpha * late;
    covariance += alpha * ((1 - alpha) * off * late - covariance);
    variance += alpha * ((1 - alpha) * off * off - variance);
    part = variance < LEAST_VARIANCE ? 0 : Math.clamp(-covariance / variance, 0, 1);
  }

  /** What is left of a weight that latencies do not say already. */
  double beyond(double weight) {
    double foretold = part;
    return weight == 1 || foretold == 0 ? weight : Math.pow(weight, 1 - TAKEN_OUT * foretold);
  }
}
