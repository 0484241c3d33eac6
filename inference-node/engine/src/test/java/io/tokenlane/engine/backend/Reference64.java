package io.tokenlane.engine.backend;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.RopeStyle;
import io.tokenlane.engine.tensor.Tensor;

/** The operations' definitions in float64. */
final class Reference64 {
  private static final int INT8_GROUP = 32;

  private Reference64() {}

  static double[] rmsNorm(double[] in, float[] gain, double epsilon) {
    double square = 0;
    for (double value : in) {
      square += value * value;
    }
    double scale = 1 / Math.sqrt(square / in.length + epsilon);
    double[] out = new double[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i] = in[i] * scale * gain[i];
    }
    return out;
  }

  /** A matrix row with a vector. */
  static double dot(Tensor matrix, int row, double[] x) {
    float[] weights = new float[x.length];
    matrix.decodeRow(row, weights, 0);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += weights[i] * x[i];
    }
    return sum;
  }

  /**
   * How far from {@link #dot} a backend may be: float32 rounding, and for weights in blocks half a
   * step of inputs quantised to 127 steps of the largest of 32, and the same of weights that are
   * not bytes already.
   */
  static double tolerance(Tensor matrix, int row, double[] x) {
    boolean quantised = matrix.dtype().blockSize() > 1;
    boolean exact = matrix.dtype() == DType.Q8_0 || matrix.dtype() == DType.Q4_0;
    int block = quantised ? INT8_GROUP : 1;
    float[] decoded = new float[x.length];
    matrix.decodeRow(row, decoded, 0);
    double tolerance = 1e-6;
    for (int begin = 0; begin < x.length; begin += block) {
      double largestInput = 0;
      double largestWeight = 0;
      double inputs = 0;
      double weights = 0;
      for (int i = begin; i < begin + block; i++) {
        double weight = Math.abs(decoded[i]);
        largestInput = Math.max(largestInput, Math.abs(x[i]));
        largestWeight = Math.max(largestWeight, weight);
        weights += weight;
        inputs += Math.abs(x[i]);
        tolerance += 2e-6 * weight * Math.abs(x[i]);
      }
      tolerance += quantised ? weights * largestInput / 127 * 0.501 : 0;
      tolerance += quantised && !exact ? inputs * largestWeight / 127 * 0.505 : 0;
    }
    return tolerance;
  }

  /** Turns a head in place. */
  static void rotate(double[] head, RopeSpec spec, int position) {
    int pairs = spec.frequencies().length;
    for (int i = 0; i < pairs; i++) {
      boolean halves = spec.style() == RopeStyle.HALF_SPLIT;
      int first = halves ? i : 2 * i;
      int second = halves ? i + pairs : 2 * i + 1;
      double angle = (double) position * spec.frequencies()[i];
      double x = head[first];
      double y = head[second];
      head[first] = (x * Math.cos(angle) - y * Math.sin(angle)) * spec.magnitude();
      head[second] = (x * Math.sin(angle) + y * Math.cos(angle)) * spec.magnitude();
    }
  }

  /** Attention of one head over the keys. */
  static double[] attend(double[] query, double[][] keys, double[][] values, AttentionRule rule) {
    double[] weights = new double[keys.length];
    double sum = 0;
    for (int position = 0; position < keys.length; position++) {
      double score = 0;
      for (int i = 0; i < query.length; i++) {
        score += query[i] * keys[position][i];
      }
      score *= rule.scale();
      double cap = rule.softCap();
      weights[position] = Math.exp(cap == 0 ? score : cap * Math.tanh(score / cap));
      sum += weights[position];
    }
    double[] out = new double[query.length];
    for (int position = 0; position < keys.length; position++) {
      for (int i = 0; i < query.length; i++) {
        out[i] += weights[position] / sum * values[position][i];
      }
    }
    return out;
  }

  static double[] doubles(float[] values, int from, int count) {
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      out[i] = values[from + i];
    }
    return out;
  }
}
