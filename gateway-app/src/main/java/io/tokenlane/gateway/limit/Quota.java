package io.tokenlane.gateway.limit;

import io.github.bucket4j.BucketConfiguration;
import java.time.Duration;

/**
 * An amount that someone may use within a window.
 *
 * @param key names rule, measure and who; the same in every gateway
 * @param capacity the amount, > 0
 * @param window in which the whole amount comes back
 * @param smooth whether it comes back bit by bit, or all at the window's end
 */
record Quota(String key, long capacity, Duration window, boolean smooth) {

  /** By it another amount is known to be that of the same limit. */
  private static final String ID = "quota";

  BucketConfiguration configuration() {
    return BucketConfiguration.builder()
        .addLimit(
            limit ->
                smooth
                    ? limit.capacity(capacity).refillGreedy(capacity, window).id(ID)
                    : limit.capacity(capacity).refillIntervally(capacity, window).id(ID))
        .build();
  }

  /** Whether a bucket with {@code kept} is one of this amount. */
  boolean isKeptBy(BucketConfiguration kept) {
    return kept.getBandwidths().length == 1 && kept.getBandwidths()[0].getCapacity() == capacity;
  }
}
