package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.CacheStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether a response may be stored.
 *
 * @param initialAgeSeconds the age it came with, ≥ 0
 * @param lifetimeSeconds its freshness lifetime, ≥ 0
 * @param keep how long it is kept, stale time included; null: it may not be stored
 * @param reason why it may not be stored, a token for {@code Cache-Status}; null where it may
 */
record Verdict(
    long initialAgeSeconds,
    long lifetimeSeconds,
    @Nullable Duration keep,
    @Nullable String reason) {

  static Verdict store(long initialAgeSeconds, long lifetimeSeconds, Duration keep) {
    return new Verdict(initialAgeSeconds, lifetimeSeconds, keep, null);
  }

  static Verdict pass(String reason) {
    return new Verdict(0, 0, null, reason);
  }

  long ttlSeconds() {
    return lifetimeSeconds - initialAgeSeconds;
  }

  /** The status of what may not be stored, with the reason why. */
  CacheStatus told(CacheStatus status) {
    return reason == null ? status : status.withDetail(reason);
  }

  /** The times of an answer stored at {@code nowNanos}; only where it may be. */
  Answer.Times times(long nowNanos) {
    if (keep == null) {
      throw new IllegalStateException("verdict: " + reason + " (expected: may be stored)");
    }
    return new Answer.Times(nowNanos, initialAgeSeconds, lifetimeSeconds, keep);
  }
}
