package io.tokenlane.prefetch.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One member of the {@code Cache-Status} field (RFC 9211) for the cache named {@code tokenlane}.
 *
 * @param hit served from the cache without going forward (§2.1)
 * @param forward why the request went forward (§2.2), null for a hit
 * @param forwardStatus what the origin answered (§2.3), null where that is what the client gets
 * @param ttlSeconds freshness left of what is stored (§2.4), negative once stale; null where
 *     unknown
 * @param stored whether the answer is being stored (§2.5)
 * @param collapsed whether the request waited for another one's fetch (§2.6)
 * @param detail a token for people (§2.8), null where there is none
 */
public record CacheStatus(
    boolean hit,
    @Nullable Forward forward,
    @Nullable Integer forwardStatus,
    @Nullable Long ttlSeconds,
    boolean stored,
    boolean collapsed,
    @Nullable String detail) {

  /** Neither served from the cache nor sent forward: the request was answered before. */
  public static final CacheStatus NOT_ASKED =
      new CacheStatus(false, null, null, null, false, false, "not-asked");

  /** A request for stored answers only (RFC 9111 §5.2.1.7), and nothing stored. */
  public static final CacheStatus ONLY_IF_CACHED = NOT_ASKED.withDetail("only-if-cached");

  /** Why a request went forward (§2.2). */
  public enum Forward {
    /** The cache was not asked. */
    BYPASS,
    /** The method's semantics need the origin. */
    METHOD,
    /** Nothing stored matches. */
    MISS,
    /** The request's own directives ask for a new answer. */
    REQUEST,
    /** What is stored has expired. */
    STALE;

    private String token() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Served from the cache with this much freshness left. */
  public static CacheStatus hit(long ttlSeconds) {
    return new CacheStatus(true, null, null, ttlSeconds, false, false, null);
  }

  /** Sent forward, not stored. */
  public static CacheStatus forward(Forward why) {
    return new CacheStatus(false, why, null, null, false, false, null);
  }

  /** The same, stored for this long. */
  public CacheStatus asStored(long storedForSeconds) {
    return new CacheStatus(hit, forward, forwardStatus, storedForSeconds, true, collapsed, detail);
  }

  /** The same, the origin having answered with {@code status}. */
  public CacheStatus withForwardStatus(int status) {
    return new CacheStatus(hit, forward, status, ttlSeconds, stored, collapsed, detail);
  }

  /** The same, collapsed with another request. */
  public CacheStatus asCollapsed() {
    return new CacheStatus(hit, forward, forwardStatus, ttlSeconds, stored, true, detail);
  }

  /** The same with a detail: a token of letters, digits and dashes. */
  public CacheStatus withDetail(String token) {
    return new CacheStatus(hit, forward, forwardStatus, ttlSeconds, stored, collapsed, token);
  }

  /** The field value, for example {@code tokenlane; hit; ttl=290}. */
  public String render() {
    StringBuilder field = new StringBuilder("tokenlane");
    if (hit) {
      field.append("; hit");
    }
    if (forward != null) {
      field.append("; fwd=").append(forward.token());
    }
    if (forwardStatus != null) {
      field.append("; fwd-status=").append((int) forwardStatus);
    }
    if (ttlSeconds != null) {
      field.append("; ttl=").append(ttlSeconds);
    }
    if (stored) {
      field.append("; stored");
    }
    if (collapsed) {
      field.append("; collapsed");
    }
    if (detail != null) {
      field.append("; detail=").append(detail);
    }
    return field.toString();
  }
}
