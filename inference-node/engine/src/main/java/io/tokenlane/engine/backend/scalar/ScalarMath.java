package io.tokenlane.engine.backend.scalar;

import io.tokenlane.engine.backend.host.HostNorm;

/** Plain loops over float32, in ascending order. */
final class ScalarMath {
  private ScalarMath() {}

  static float dot(float[] x, int xAt, float[] y, int yAt, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
      sum += x[xAt + i] * y[yAt + i];
    }
    return sum;
  }

  static void rmsNorm(HostNorm norm, float[] in, int inAt, float[] out, int outAt) {
    int width = norm.width();
    float scale = (float) (1 / Math.sqrt(dot(in, inAt, in, inAt, width) / width + norm.epsilon));
    for (int i = 0; i < width; i++) {
      out[outAt + i] = in[inAt + i] * scale * norm.gain[i];
    }
  }

  /** Turns {@code count} scores into probabilities. */
  static void softmax(float[] scores, int count) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, scores[i]);
    }
    float sum = 0;
    for (int i = 0; i < count; i++) {
      scores[i] = (float) Math.exp(scores[i] - largest);
      sum += scores[i];
    }
    for (int i = 0; i < count; i++) {
      scores[i] /= sum;
    }
  }

  /** Bounds a score softly; a cap of 0 is none. */
  static float cap(float score, float cap) {
    return cap == 0 ? score : (float) (cap * Math.tanh(score / cap));
  }
}
