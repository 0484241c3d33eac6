package io.tokenlane.engine.run;

/**
 * What a further row costs in a step: a line through the steps' rows and times, the newest counting
 * most. Where rows side by side cost hardly more than one, as on a GPU, almost nothing; where each
 * costs its share, almost as much as a token.
 */
final class RowCost {
  private static final double NEWEST = 0.02;
  private static final double GUESS = 0.5;
  private static final int STEPS_TO_KNOW = 64;

  private double rows;
  private double nanos;
  private double rowsSquared;
  private double rowsByNanos;
  private long steps;

  /** Learns what a step took. */
  void took(int count, long time) {
    double weight = Math.max(NEWEST, 1.0 / ++steps);
    rows += weight * (count - rows);
    nanos += weight * (time - nanos);
    rowsSquared += weight * ((double) count * count - rowsSquared);
    rowsByNanos += weight * ((double) count * time - rowsByNanos);
  }

  /**
   * The cost of a row beside those of so many sequences, as a share of what each of their tokens
   * costs; 0 to 1.
   */
  double share(int sequences) {
    double variance = rowsSquared - rows * rows;
    if (steps < STEPS_TO_KNOW || variance < 1e-3) {
      return GUESS;
    }
    double each = (rowsByNanos - rows * nanos) / variance;
    double fixed = nanos - each * rows;
    double step = fixed + each * sequences;
    return step <= 0 ? 1 : Math.clamp(each * sequences / step, 0.02, 1);
  }
}
