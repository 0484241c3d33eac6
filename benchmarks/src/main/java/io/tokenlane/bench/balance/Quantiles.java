package io.tokenlane.bench.balance;

import java.util.Arrays;

/** Values of one measure. */
final class Quantiles {
  private double[] values = new double[1024];
  private int count;
  private boolean sorted;

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
    sorted = false;
  }

  int count() {
    return count;
  }

  /** The value that this share of all lie at or below; NaN without values. */
  double at(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    if (!sorted) {
      Arrays.sort(values, 0, count);
      sorted = true;
    }
    return values[Math.clamp((long) Math.ceil(share * count) - 1, 0, count - 1)];
  }

  /** The same, nanoseconds as milliseconds. */
  double millis(double share) {
    return at(share) / 1e6;
  }

  double mean() {
    return Arrays.stream(values, 0, count).average().orElse(Double.NaN);
  }

  /**
   * A value as plots draw it: log10(1 + value), so that small and large ones can be told; 0 for
   * NaN.
   */
  static double drawn(double value) {
    return Double.isNaN(value) ? 0 : Math.log10(1 + Math.max(0, value));
  }
}
