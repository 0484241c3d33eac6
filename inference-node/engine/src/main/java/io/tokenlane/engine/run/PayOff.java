package io.tokenlane.engine.run;

/**
 * Whether drafting by the first layers pays on this machine. It does where rows side by side cost
 * little more than one, as on a GPU, and may not where each costs its share. Both ways are tried in
 * turn for a few steps, and then again now and then; what is generated is the same either way.
 */
final class PayOff {
  /** Steps in which a way is tried. */
  private static final int TRIED = 8;

  /** Steps from one try to the next. */
  private static final int PERIOD = 512;

  private static final double NEWEST = 0.1;

  /** Share of the time for a token that it must come down to: tries are short, and times differ. */
  private static final double WORTH_IT = 0.9;

  private double with;
  private double without;
  private long steps;

  /** Whether the next step drafts by layers. */
  boolean drafts() {
    long phase = steps % PERIOD;
    if (phase < 2 * TRIED) {
      return phase < TRIED;
    }
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
    steps++;
    double each = (double) nanos / tokens;
    if (drafted) {
      with = with == 0 ? each : with + NEWEST * (each - with);
    } else {
      without = without == 0 ? each : without + NEWEST * (each - without);
    }
  }
}
