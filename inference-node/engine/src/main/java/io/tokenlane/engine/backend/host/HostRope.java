package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Rope;
import io.tokenlane.engine.backend.RopeSpec;
import io.tokenlane.engine.tensor.RopeStyle;

/** Rotations of a step's rows, computed once a step for all layers. */
public final class HostRope implements Rope {
  private final float[] frequencies;
  private final int pairStride;
  private final int elementStride;
  private final float magnitude;
  private float[] cosines = {};
  private float[] sines = {};
  private long preparedStep = -1;

  HostRope(RopeSpec spec) {
    frequencies = spec.frequencies();
    magnitude = spec.magnitude();
    boolean halves = spec.style() == RopeStyle.HALF_SPLIT;
    pairStride = halves ? 1 : 2;
    elementStride = halves ? frequencies.length : 1;
  }

  /** The handle as what it is on this backend. */
  public static HostRope of(Rope rope) {
    return (HostRope) rope;
  }

  /**
   * Computes the rotations of a batch's rows, unless this step already did.
   *
   * @param step number of the step that the batch belongs to
   */
  public void prepare(Batch batch, long step) {
    if (preparedStep == step) {
      return;
    }
    int pairs = frequencies.length;
    if (cosines.length < batch.maxRows() * pairs) {
      cosines = new float[batch.maxRows() * pairs];
      sines = new float[batch.maxRows() * pairs];
    }
    for (int row = 0; row < batch.rows(); row++) {
      for (int pair = 0; pair < pairs; pair++) {
        float angle = batch.positions[row] * frequencies[pair];
        cosines[row * pairs + pair] = (float) Math.cos(angle) * magnitude;
        sines[row * pairs + pair] = (float) Math.sin(angle) * magnitude;
      }
    }
    preparedStep = step;
  }

  /** Pairs of elements that are turned. */
  public int pairs() {
    return frequencies.length;
  }

  /** Whether first elements of pairs lie side by side, and second ones behind them. */
  public boolean isHalfSplit() {
    return pairStride == 1;
  }

  /** Cosines of the prepared rows, {@code [row][pair]}. */
  public float[] cosines() {
    return cosines;
  }

  /** Sines of the prepared rows, {@code [row][pair]}. */
  public float[] sines() {
    return sines;
  }

  /** Turns the head at {@code values[at] ..} by the position of a prepared row. */
  public void rotate(float[] values, int at, int row) {
    int angle = row * frequencies.length;
    for (int pair = 0; pair < frequencies.length; pair++) {
      int first = at + pair * pairStride;
      int second = first + elementStride;
      float x = values[first];
      float y = values[second];
      float cosine = cosines[angle + pair];
      float sine = sines[angle + pair];
      values[first] = x * cosine - y * sine;
      values[second] = x * sine + y * cosine;
    }
  }
}
