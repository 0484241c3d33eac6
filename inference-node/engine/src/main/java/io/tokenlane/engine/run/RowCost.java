package io.tokenlane.engine.run;

/**
 * What a further row costs in a step in which all sequences generate: a line through the steps'
 * rows and times, the newest counting most. Where rows side by side cost hardly more than one, as
 * on a GPU, almost nothing; where each costs its share, almost as much as a token.
 */
final class RowCost {
  private static final double NEWEST = 0.02;
  private static final double GUESS = 0.5;
  private static final int STEPS_TO_KNOW = 64;

  /** Steps so many times as long as expected tell of something else: the thread had no core. */
  private static final double DISTURBED = 1.6;

  /** One step of so many is taken as it is, lest all be passed over where steps grow for good. */
  private static final int MOST_PASSED_OVER = 16;

  private double rows;
  private double nanos;
  private double rowsSquared;
  private double rowsByNanos;

  /** Rows and tokens of a sequence in a step. */
  private double rowsEach = 1;

  private double tokensEach = 1;
  private long steps;
  private long passedOver;

  /**
   * Learns what a step took.
   *
   * @param sequences its sequences, at least 1
   * @param count its rows
   * @param tokens tokens that it gave
   */
  void took(int sequences, int count, int tokens, long time) {
    if (isDisturbed(count, time)) {
      return;
    }
    double weight = Math.max(NEWEST, 1.0 / ++steps);
    rows += weight * (count - rows);
    nanos += weight * (time - nanos);
    rowsSquared += weight * ((double) count * count - rowsSquared);
    rowsByNanos += weight * ((double) count * time - rowsByNanos);
    rowsEach += weight * ((double) count / sequences - rowsEach);
    tokensEach += weight * ((double) tokens / sequences - tokensEach);
  }

  private boolean isDisturbed(int count, long time) {
    double each = isSpread() ? nanosEach() : 0;
    return steps >= STEPS_TO_KNOW
        && ++passedOver % MOST_PASSED_OVER != 0
        && time > DISTURBED * Math.max(nanos / 2, nanos + each * (count - rows));
  }

  /** Whether steps had different numbers of rows, so that a line goes through them. */
  private boolean isSpread() {
    return variance() >= 1e-3;
  }

  /** The slope of the line. */
  private double nanosEach() {
    return (rowsByNanos - rows * nanos) / variance();
  }

  private double variance() {
    return rowsSquared - rows * rows;
  }

  /**
   * The cost of a row beside those of so many sequences, as a share of what a token costs now, with
   * the drafts that there are; 0 to 1. A draft that is right saves that much.
   */
  double share(int sequences) {
    if (steps < STEPS_TO_KNOW || !isSpread()) {
      return GUESS;
    }
    double each = nanosEach();
    double fixed = nanos - each * rows;
    double step = fixed + each * sequences * rowsEach;
    return step <= 0 ? 1 : Math.clamp(each * sequences * tokensEach / step, 0.02, 1);
  }
}
