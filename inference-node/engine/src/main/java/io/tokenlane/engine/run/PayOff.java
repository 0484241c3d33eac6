package io.tokenlane.engine.run;

/**
 * Whether drafting by the first layers pays on this machine. It does where rows side by side cost
 * little more than one, as on a GPU, and may not where each costs its share. Both ways are tried in
 * turn for a few steps, and then again: now and then where it paid, ever more seldom where it did
 * not. What is generated is the same either way.
 */
final class PayOff {
  /** Steps in which a way is tried. */
  private static final int TRIED = 8;

  /** Steps from one try to the next; twice as many each time that drafts did not pay. */
  private static final int SHORTEST = 512;

  private static final int LONGEST = 1 << 15;

  private static final double NEWEST = 0.1;

  /** Share of the time for a token that it must come down to: tries are short, and times differ. */
  private static final double WORTH_IT = 0.9;

  private double with;
  private double without;
  private int period = SHORTEST;

  /** Steps since the last try began. */
  private int steps;

  /** Whether the next step drafts by layers. */
  boolean drafts() {
    return steps < 2 * TRIED ? steps < TRIED : pays();
  }

  private boolean pays() {
    return with < WORTH_IT * without;
  }

  /**
   * Learns what a step took.
   *
   * @param drafted whether layers drafted
   * @param nanos how long it took
   * @param tokens tokens that it gave, at least 1
   */
  void took(boolean drafted, long nanos, int tokens) {
    double each = (double) nanos / tokens;
    if (drafted) {
      with = with == 0 ? each : with + NEWEST * (each - with);
    } else {
      without = without == 0 ? each : without + NEWEST * (each - without);
    }
    if (++steps == period) {
      steps = 0;
      period = pays() ? SHORTEST : Math.min(2 * period, LONGEST);
    }
  }
}
