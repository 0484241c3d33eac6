package io.tokenlane.bench.gateway;

/**
 * Keeps a server busy until it gets no faster. A JVM compiles what it does often while it does it,
 * on the same cores; programs that were compiled before they were started need none of this, so
 * what is compared is compared warm, and the first seconds are told beside.
 */
final class Warming {
  private static final double STRETCH_SECONDS = 3;
  private static final double FASTER = 1.05;
  private static final int CALM_STRETCHES = 2;

  private Warming() {}

  /** Asks as often as it is answered. */
  @FunctionalInterface
  interface Load {
    /** Good answers a second, for so long. */
    double run(double seconds) throws Exception;
  }

  /**
   * How it went.
   *
   * @param seconds it took
   * @param first answers a second in the first three seconds
   * @param last the same in the last three
   */
  record Warmed(double seconds, double first, double last) {}

  /** Warms until two stretches in a row were no faster than those before, or the time is over. */
  static Warmed up(Load load, double mostSeconds) throws Exception {
    double first = load.run(STRETCH_SECONDS);
    double best = first;
    double last = first;
    double seconds = STRETCH_SECONDS;
    for (int calm = 0; calm < CALM_STRETCHES && seconds < mostSeconds; ) {
      last = load.run(STRETCH_SECONDS);
      seconds += STRETCH_SECONDS;
      calm = last > FASTER * best ? 0 : calm + 1;
      best = Math.max(best, last);
    }
    return new Warmed(seconds, first, last);
  }
}
