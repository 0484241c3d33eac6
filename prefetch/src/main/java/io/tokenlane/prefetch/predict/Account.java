package io.tokenlane.prefetch.predict;

/**
 * What predicted prefetches came to.
 *
 * @param issued fetches begun
 * @param used those whose answer was served before it expired
 * @param wasted those whose answer expired unserved
 * @param late those that were asked for while still on their way
 * @param failed those that stored nothing
 * @param withheld predictions that were not worth it, or that the budget, the load or a pause held
 *     back
 * @param price the probability of use that a fetch must have now, on the route where it is highest
 * @param observing whether predictions are only watched on all routes
 */
public record Account(
    long issued,
    long used,
    long wasted,
    long late,
    long failed,
    long withheld,
    double price,
    boolean observing) {

  /** The share of settled prefetches that were used; NaN before the first is settled. */
  public double precision() {
    return (double) used / (used + wasted);
  }
}
