package io.tokenlane.prefetch.cache;

import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A stored response, complete and immutable.
 *
 * @param status the HTTP status
 * @param fields the fields to send with it; hop-by-hop fields are not among them
 * @param body the whole body, read-only; readers take a {@code duplicate()}
 * @param storedAtNanos when it was stored, on the cache's clock
 * @param ttl how long it may be served from then on, &gt; 0
 * @param initialAgeSeconds the age it had when it was stored, ≥ 0
 */
public record Answer(
    int status,
    HttpFields fields,
    ByteBuffer body,
    long storedAtNanos,
    Duration ttl,
    long initialAgeSeconds) {

  /** What an entry costs beside its texts and body, in bytes: objects, map entry, key hash. */
  private static final int OVERHEAD_BYTES = 256;

  /** Checks the ttl and makes the body read-only. */
  public Answer {
    if (ttl.isNegative() || ttl.isZero()) {
      throw new IllegalArgumentException("ttl: " + ttl + " (expected: > 0)");
    }
    body = body.asReadOnlyBuffer();
  }

  /** Its age in seconds at {@code nowNanos} (RFC 9111 §4.2.3). */
  public long ageSeconds(long nowNanos) {
    return initialAgeSeconds + Duration.ofNanos(nowNanos - storedAtNanos).toSeconds();
  }

  /** Seconds it may still be served at {@code nowNanos}, ≥ 0. */
  public long ttlLeftSeconds(long nowNanos) {
    return Math.max(0, ttl.minusNanos(nowNanos - storedAtNanos).toSeconds());
  }

  /** What it weighs in the cache's bound, in bytes. */
  public int weightBytes() {
    long fieldBytes =
        fields.lines().stream().mapToLong(l -> l.name().length() + l.value().length()).sum();
    return (int) Math.min(Integer.MAX_VALUE, OVERHEAD_BYTES + fieldBytes + body.remaining());
  }
}
