package io.tokenlane.prefetch.cache;

import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Reuse;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A stored response, complete and immutable.
 *
 * @param group what it is forgotten with: all answers of one URI
 * @param status the HTTP status
 * @param fields the fields to send with it; hop-by-hop fields are not among them
 * @param body the whole body, read-only; readers take a {@code duplicate()}
 * @param times when it came and how long it is good
 */
public record Answer(String group, int status, HttpFields fields, ByteBuffer body, Times times) {

  /** What an entry costs beside its texts and body, in bytes: objects, map entries, key hash. */
  private static final int OVERHEAD_BYTES = 512;

  /**
   * When an answer came and how long it is good.
   *
   * @param storedAtNanos when it was stored, on the cache's clock
   * @param initialAgeSeconds the age it had then, ≥ 0
   * @param lifetimeSeconds its freshness lifetime, counted from age 0; 0: never without validation
   * @param keep how long it is kept from then on, stale time included, &gt; 0
   */
  public record Times(
      long storedAtNanos, long initialAgeSeconds, long lifetimeSeconds, Duration keep) {
    /** Checks the ranges. */
    public Times {
      if (keep.isNegative() || keep.isZero()) {
        throw new IllegalArgumentException("keep: " + keep + " (expected: > 0)");
      }
    }

    /** Of an answer that came new, is fresh for {@code ttl} and not kept longer. */
    public static Times fresh(long nowNanos, Duration ttl) {
      return new Times(nowNanos, 0, ttl.toSeconds(), ttl);
    }

    /** Its age in seconds (RFC 9111 §4.2.3). */
    long ageSeconds(long nowNanos) {
      return initialAgeSeconds + Duration.ofNanos(nowNanos - storedAtNanos).toSeconds();
    }
  }

  /** Makes the body read-only. */
  public Answer {
    body = body.asReadOnlyBuffer();
  }

  /** Its age in seconds at {@code nowNanos} (RFC 9111 §4.2.3). */
  public long ageSeconds(long nowNanos) {
    return times.ageSeconds(nowNanos);
  }

  /** Its age beside its lifetime. */
  public Reuse.Age age(long nowNanos) {
    return new Reuse.Age(times.ageSeconds(nowNanos), times.lifetimeSeconds());
  }

  /** Seconds of its freshness lifetime left at {@code nowNanos}; negative once it is stale. */
  public long ttlLeftSeconds(long nowNanos) {
    return times.lifetimeSeconds() - times.ageSeconds(nowNanos);
  }

  /** What it weighs in the cache's bound, in bytes. */
  int weightBytes(String key) {
    long texts = (long) key.length() + group.length();
    for (HttpFields.Line line : fields.lines()) {
      texts += line.name().length() + line.value().length();
    }
    return (int) Math.min(Integer.MAX_VALUE, OVERHEAD_BYTES + texts + body.remaining());
  }
}
