package io.tokenlane.prefetch.predict;

/**
 * What a {@link Foresight} may do.
 *
 * @param extraRequests how many requests beyond those that clients cause it may send to the
 *     origins, as a share of their misses; 0 to 1
 * @param lowestPrice the probability of use below which nothing is fetched; in (0, 1)
 * @param lowestPrecision the share of used prefetches below which it only watches; in (0, 1)
 */
public record ForesightSettings(double extraRequests, double lowestPrice, double lowestPrecision) {

  /** At most 15 % more requests, for what is used with probability 0.68. */
  public static final ForesightSettings DEFAULT = new ForesightSettings(0.15, 0.68, 0.5);

  /** Checks the ranges. */
  public ForesightSettings {
    within("extra_requests", extraRequests, 0, 1);
    within("lowest_price", lowestPrice, 0, 1);
    within("lowest_precision", lowestPrecision, 0, 1);
  }

  private static void within(String name, double value, double from, double to) {
    if (!(value >= from && value <= to)) {
      throw new IllegalArgumentException(
          "%s: %s (expected: %s to %s)".formatted(name, value, from, to));
    }
  }
}
