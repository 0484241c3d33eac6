package io.tokenlane.prefetch.predict;

/**
 * How well prefetching has gone on one route lately, the price that follows from it, and whether
 * the route's predictions are only watched. Guarded by its owner's lock.
 */
final class Judge {
  private static final double HIGHEST_PRICE = 0.97;
  private static final double PRICE_STEP = 1.02;
  private static final double FIRST_WATCH_SECONDS = 600;
  private static final double LONGEST_WATCH_SECONDS = 4 * 3600;

  /** Precision is judged over about so many settled prefetches, and not before so many. */
  private static final double JUDGED_OVER = 100;

  private static final double JUDGED_FROM = 30;

  private final ForesightSettings settings;
  private double price;
  private double recentUsed;
  private double recentWasted;
  private double watchSeconds = FIRST_WATCH_SECONDS;
  private double watchingUntil = Double.NEGATIVE_INFINITY;

  Judge(ForesightSettings settings) {
    this.settings = settings;
    this.price = settings.lowestPrice();
  }

  /** The probability of use that a fetch must have now. */
  double price() {
    return price;
  }

  /** Whether predictions are only watched. */
  boolean watches(double nowSeconds) {
    return nowSeconds < watchingUntil;
  }

  void used() {
    recentUsed++;
    if (recentUsed + recentWasted >= JUDGED_OVER / 2 && precision() >= price) {
      watchSeconds = FIRST_WATCH_SECONDS;
    }
    settle();
  }

  void wasted() {
    recentWasted++;
    settle();
  }

  /** Switches to watching where too little was used. */
  void judge(double nowSeconds) {
    boolean enough = recentUsed + recentWasted >= JUDGED_FROM;
    if (enough && precision() < settings.lowestPrecision()) {
      watchingUntil = nowSeconds + watchSeconds;
      watchSeconds = Math.min(2 * watchSeconds, LONGEST_WATCH_SECONDS);
      recentUsed = 0;
      recentWasted = 0;
    }
  }

  private void settle() {
    double total = recentUsed + recentWasted;
    if (total > JUDGED_OVER) {
      recentUsed *= JUDGED_OVER / total;
      recentWasted *= JUDGED_OVER / total;
    }
    boolean worse = precision() < settings.lowestPrice();
    price =
        Math.clamp(
            worse ? price * PRICE_STEP : price / PRICE_STEP, settings.lowestPrice(), HIGHEST_PRICE);
  }

  /** The share of lately settled prefetches that were used; NaN before the first. */
  double precision() {
    return recentUsed / (recentUsed + recentWasted);
  }
}
