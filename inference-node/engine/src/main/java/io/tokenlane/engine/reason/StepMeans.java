package io.tokenlane.engine.reason;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Means of the hidden states of steps, and how like the last two are. */
final class StepMeans {
  private double[] sum = {};
  private int count;
  private double @Nullable [] previous;

  /** Adds the state of a token of the step. */
  void add(float[] state) {
    if (sum.length != state.length) {
      sum = new double[state.length];
    }
    for (int i = 0; i < state.length; i++) {
      sum[i] += state[i];
    }
    count++;
  }

  /** Forgets the step, as it was none. */
  void forget() {
    Arrays.fill(sum, 0);
    count = 0;
  }

  /** Ends the step; gives its cosine with the one before, or -1 if it is the first. */
  double end() {
    double[] before = previous;
    double[] mean = sum;
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= Math.max(1, count);
    }
    previous = mean;
    sum = new double[mean.length];
    count = 0;
    return before == null ? -1 : cosine(before, mean);
  }

  private static double cosine(double[] a, double[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      squareA += a[i] * a[i];
      squareB += b[i] * b[i];
    }
    double norms = Math.sqrt(squareA) * Math.sqrt(squareB);
    return norms == 0 ? -1 : product / norms;
  }
}
