package io.tokenlane.balance;

/** Parts the time of an answer that came whole between its first token and the others. */
final class Parted {
  private static final double LEAST_SHARE = 0.1;

  private Parted() {}

  /**
   * Nanoseconds until the first token. Where both parts are expected, both are blamed alike for
   * what the whole took longer or shorter; where one is, the rest is the other's.
   *
   * @param took of the whole
   * @param first expected until the first token; 0 if unknown
   * @param others expected of the other tokens; 0 if unknown
   * @return 0 where nothing can be said of the first token
   */
  static double first(double took, double first, double others) {
    if (others <= 0) {
      return Math.min(first, (1 - LEAST_SHARE) * took);
    }
    return first <= 0
        ? Math.max(LEAST_SHARE * took, took - others)
        : took * first / (first + others);
  }
}
