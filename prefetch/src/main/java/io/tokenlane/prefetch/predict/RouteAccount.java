package io.tokenlane.prefetch.predict;

/**
 * How predicted prefetches go on one route.
 *
 * @param price the probability of use that a fetch must have now
 * @param precision the share of lately settled ones that were used; NaN before the first
 * @param observing whether predictions are only watched, their precision having been too low
 */
public record RouteAccount(double price, double precision, boolean observing) {}
