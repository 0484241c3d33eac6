package io.tokenlane.engine.reason;

import java.util.ArrayList;
import java.util.List;

/**
 * The last hidden states of steps, and how like the last two steps are: the mean cosine of their
 * states token by token from the end, each less the mean state of the reasoning so far.
 *
 * <p>From the end, as steps say their result there and may be called by different names at their
 * beginning. Token by token and less the mean, as all steps of a reasoning are much the same as a
 * whole: in their mean states a new result weighs little beside the words around it.
 */
final class StepStates {
  /** States of a step that are kept, its last ones. */
  private static final int MOST = 64;

  private List<float[]> step = new ArrayList<>();
  private List<float[]> previous = new ArrayList<>();

  /** Sum of all states of whole steps, and of the step that is not yet whole. */
  private double[] sum = {};

  private double[] open = {};
  private long count;
  private int openCount;

  /** Adds the state of a token of the step. */
  void add(float[] state) {
    if (sum.length != state.length) {
      sum = new double[state.length];
      open = new double[state.length];
    }
    for (int i = 0; i < state.length; i++) {
      open[i] += state[i];
    }
    openCount++;
    if (step.size() == MOST) {
      step.removeFirst();
    }
    step.add(state);
  }

  /** Forgets the step, as it was none. */
  void forget() {
    step.clear();
    open = new double[sum.length];
    openCount = 0;
  }

  /** Ends the step; how like the one before it is, -1 to 1; -1 if it is the first. */
  double end() {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += open[i];
    }
    count += openCount;
    List<float[]> before = previous;
    previous = step;
    step = new ArrayList<>();
    forget();
    return likeness(before, previous);
  }

  private double likeness(List<float[]> before, List<float[]> now) {
    int tokens = Math.min(before.size(), now.size());
    double cosines = 0;
    for (int i = 1; i <= tokens; i++) {
      cosines += cosine(before.get(before.size() - i), now.get(now.size() - i));
    }
    return tokens == 0 ? -1 : cosines / tokens;
  }

  /** Of two states less the mean. */
  private double cosine(float[] a, float[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      double mean = sum[i] / count;
      product += (a[i] - mean) * (b[i] - mean);
      squareA += (a[i] - mean) * (a[i] - mean);
      squareB += (b[i] - mean) * (b[i] - mean);
    }
    double norms = Math.sqrt(squareA) * Math.sqrt(squareB);
    return norms == 0 ? -1 : product / norms;
  }
}
