package io.tokenlane.gateway.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether a response may be stored.
 *
 * @param ttl how long it may be served; null: it may not be stored
 * @param initialAgeSeconds the age it came with, ≥ 0
 * @param reason why it may not be stored, a token for {@code Cache-Status}; null where it may
 */
record Verdict(@Nullable Duration ttl, long initialAgeSeconds, @Nullable String reason) {

  static Verdict store(Duration ttl, long initialAgeSeconds) {
    return new Verdict(ttl, initialAgeSeconds, null);
  }

  static Verdict pass(String reason) {
    return new Verdict(null, 0, reason);
  }
}
