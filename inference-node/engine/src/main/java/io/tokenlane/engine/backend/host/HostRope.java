package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Rope;
import io.tokenlane.engine.backend.RopeSpec;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.Arrays;

/**
 * Rotations by position: computed when a position is first met, and kept. They take as much as a
 * layer's keys of one head, and sines cost more than turning by them.
 */
public final class HostRope implements Rope {
  /** Positions whose rotations are computed together. */
  private static final int PAGE = 64;

  private final float[] frequencies;
  private final int pairStride;
  private final int elementStride;
  private final float magnitude;
  private float[][] cosines = {};
  private float[][] sines = {};
  private int[] positions = {};
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
   * Sees to it that the rotations of a batch's rows are there, unless this step already did.
   *
   * @param step number of the step that the batch belongs to
   */
  public void prepare(Batch batch, long step) {
    if (preparedStep == step) {
      return;
    }
    positions = batch.positions;
    for (int row = 0; row < batch.rows(); row++) {
      int page = positions[row] / PAGE;
      if (page >= cosines.length) {
        cosines = Arrays.copyOf(cosines, Math.max(page + 1, 2 * cosines.length));
        sines = Arrays.copyOf(sines, cosines.length);
      }
      if (cosines[page] == null) {
        compute(page);
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

  /** Cosines of a prepared row's pairs, from {@link #angles} on. */
  public float[] cosines(int row) {
    return cosines[positions[row] / PAGE];
  }

  /** Sines of a prepared row's pairs, from {@link #angles} on. */
  public float[] sines(int row) {
    return sines[positions[row] / PAGE];
  }

  /** Where a prepared row's angles begin. */
  public int angles(int row) {
    return positions[row] % PAGE * frequencies.length;
  }

  private void compute(int page) {
    int pairs = frequencies.length;
    float[] cosine = new float[PAGE * pairs];
    float[] sine = new float[PAGE * pairs];
    for (int i = 0; i < PAGE; i++) {
      for (int pair = 0; pair < pairs; pair++) {
        float angle = (page * PAGE + i) * frequencies[pair];
        cosine[i * pairs + pair] = (float) Math.cos(angle) * magnitude;
        sine[i * pairs + pair] = (float) Math.sin(angle) * magnitude;
      }
    }
    cosines[page] = cosine;
    sines[page] = sine;
  }

  /** Turns the head at {@code values[at] ..} by the position of a prepared row. */
  public void rotate(float[] values, int at, int row) {
    int angle = angles(row);
    float[] cosineOf = cosines(row);
    float[] sineOf = sines(row);
    for (int pair = 0; pair < frequencies.length; pair++) {
      int first = at + pair * pairStride;
      int second = first + elementStride;
      float x = values[first];
      float y = values[second];
      float cosine = cosineOf[angle + pair];
      float sine = sineOf[angle + pair];
      values[first] = x * cosine - y * sine;
      values[second] = x * sine + y * cosine;
    }
  }
}
