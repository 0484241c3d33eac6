package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.host.HostNorm;
import io.tokenlane.engine.backend.host.HostRope;
import io.tokenlane.engine.tensor.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Norms and activations of single rows; each thread has its own. */
final class Elementwise {
  private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;

  /** {@code 2 √(2/π)}. */
  private static final float TWICE_ROOT = (float) (2 * Math.sqrt(2 / Math.PI));

  private final FloatDots dots = new FloatDots();

  /** {@code out = in / rms(in) * gain}; {@code in} and {@code out} may be the same. */
  void rmsNorm(HostNorm norm, float[] in, int inAt, float[] out, int outAt) {
    float[] gain = norm.gain;
    int width = gain.length;
    float scale = inverseRms(norm, in, inAt);
    int bound = FLOATS.loopBound(width);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector.fromArray(FLOATS, in, inAt + i)
          .mul(scale)
          .mul(FloatVector.fromArray(FLOATS, gain, i))
          .intoArray(out, outAt + i);
    }
    for (int i = bound; i < width; i++) {
      out[outAt + i] = in[inAt + i] * scale * gain[i];
    }
  }

  /** {@code 1 / rms(in)}. */
  float inverseRms(HostNorm norm, float[] in, int at) {
    int width = norm.gain.length;
    float square = dots.dot(in, at, in, at, width);
    return (float) (1 / Math.sqrt(square / width + norm.epsilon));
  }

  /** {@link HostRope#rotate}, by vectors where pairs lie so that those fit. */
  static void rotate(HostRope rope, float[] values, int at, int row) {
    int pairs = rope.pairs();
    if (!rope.isHalfSplit() || pairs % Lanes.COUNT != 0) {
      rope.rotate(values, at, row);
      return;
    }
    float[] cosines = rope.cosines(row);
    float[] sines = rope.sines(row);
    int angles = rope.angles(row);
    for (int i = 0; i < pairs; i += Lanes.COUNT) {
      FloatVector cosine = FloatVector.fromArray(FLOATS, cosines, angles + i);
      FloatVector sine = FloatVector.fromArray(FLOATS, sines, angles + i);
      FloatVector x = FloatVector.fromArray(FLOATS, values, at + i);
      FloatVector y = FloatVector.fromArray(FLOATS, values, at + pairs + i);
      x.mul(cosine).sub(y.mul(sine)).intoArray(values, at + i);
      x.mul(sine).add(y.mul(cosine)).intoArray(values, at + pairs + i);
    }
  }

  /** {@code sum += in}, both from {@code at}. */
  static void add(float[] in, float[] sum, int at, int width) {
    int bound = FLOATS.loopBound(width);
    for (int i = at; i < at + bound; i += Lanes.COUNT) {
      FloatVector.fromArray(FLOATS, sum, i)
          .add(FloatVector.fromArray(FLOATS, in, i))
          .intoArray(sum, i);
    }
    for (int i = at + bound; i < at + width; i++) {
      sum[i] += in[i];
    }
  }

  /** {@code out = silu(gate) * up}, where {@code width} ups follow as many gates. */
  static void swiGlu(float[] gateUp, int at, float[] out, int outAt, int width) {
    int bound = FLOATS.loopBound(width);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector gate = FloatVector.fromArray(FLOATS, gateUp, at + i);
      FloatVector up = FloatVector.fromArray(FLOATS, gateUp, at + width + i);
      gate.div(Lanes.exp(gate.neg()).add(1f)).mul(up).intoArray(out, outAt + i);
    }
    for (int i = bound; i < width; i++) {
      float gate = gateUp[at + i];
      out[outAt + i] = (float) (gate / (1 + Math.exp(-gate))) * gateUp[at + width + i];
    }
  }

  /** {@code values *= factor}. */
  static void scale(float[] values, int at, int width, float factor) {
    for (int i = at; i < at + width; i++) {
      values[i] *= factor;
    }
  }

  /** {@code out = gelu(gate) * up}, by {@code (1 + tanh(x)) / 2 = 1 / (1 + exp(-2x))}. */
  static void geGlu(float[] gateUp, int at, float[] out, int outAt, int width) {
    int bound = FLOATS.loopBound(width);
    for (int i = 0; i < bound; i += Lanes.COUNT) {
      FloatVector gate = FloatVector.fromArray(FLOATS, gateUp, at + i);
      FloatVector up = FloatVector.fromArray(FLOATS, gateUp, at + width + i);
      FloatVector twice = gate.mul(gate).mul(0.044715f).add(1f).mul(gate).mul(TWICE_ROOT);
      gate.div(Lanes.exp(twice.neg()).add(1f)).mul(up).intoArray(out, outAt + i);
    }
    for (int i = bound; i < width; i++) {
      float gate = gateUp[at + i];
      out[outAt + i] = (float) Activation.GELU_TANH.of(gate) * gateUp[at + width + i];
    }
  }
}
