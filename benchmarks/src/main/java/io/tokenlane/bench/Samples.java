package io.tokenlane.bench;

import java.util.Arrays;

/** Measured values of one thing. */
public final class Samples {
  private double[] values = new double[64];
  private int count;

  /** Adds one. */
  public void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, count * 2);
    }
    values[count++] = value;
  }

  /** The mean. */
  public double mean() {
    return Arrays.stream(values, 0, count).average().orElseThrow();
  }

  /** The median. */
  public double median() {
    return percentile(50);
  }

  /**
   * The nearest-rank percentile.
   *
   * @param p 0 to 100
   * @throws IllegalStateException if there are no values
   */
  public double percentile(double p) {
    if (count == 0) {
      throw new IllegalStateException("samples: 0 (expected: at least 1)");
    }
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(p / 100 * count);
    return sorted[Math.max(0, rank - 1)];
  }
}
