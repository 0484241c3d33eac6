package io.tokenlane.bench;

import java.util.Arrays;

/** Measured values of one thing. */
final class Samples {
  private double[] values = new double[64];
  private int count;

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, count * 2);
    }
    values[count++] = value;
  }

  double median() {
    return percentile(50);
  }

  /**
   * The nearest-rank percentile.
   *
   * @param p 0 to 100
   * @throws IllegalStateException if there are no values
   */
  double percentile(double p) {
    if (count == 0) {
      throw new IllegalStateException("samples: 0 (expected: at least 1)");
    }
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(p / 100 * count);
    return sorted[Math.max(0, rank - 1)];
  }
}
