package io.tokenlane.prefetch.http;

/** Whether a stored answer may be served to a request (RFC 9111 §4, RFC 5861). */
public enum Reuse {
  /** Serve it. */
  FRESH,
  /** It is stale, and the client takes it so (RFC 9111 §5.2.1.2). */
  STALE_ACCEPTED,
  /** Serve it now and fetch a new one behind (RFC 5861 §3). */
  STALE_WHILE_REVALIDATE,
  /** Ask the origin first. */
  VALIDATE;

  /**
   * A stored answer's age.
   *
   * @param ageSeconds its current age (RFC 9111 §4.2.3)
   * @param lifetimeSeconds its freshness lifetime (§4.2.1)
   */
  public record Age(long ageSeconds, long lifetimeSeconds) {
    /** Fresh while the lifetime is greater than the age (§4.2). */
    boolean fresh() {
      return lifetimeSeconds > ageSeconds;
    }

    /** Seconds since it went stale, ≤ 0 while fresh. */
    long staleFor() {
      return ageSeconds - lifetimeSeconds;
    }
  }

  /**
   * What applies where the origin says nothing.
   *
   * @param whileRevalidateSeconds how long a stale answer is served while a new one is fetched; ≥ 0
   * @param ifErrorSeconds how long a stale answer is served where the origin fails; ≥ 0
   */
  public record Defaults(long whileRevalidateSeconds, long ifErrorSeconds) {
    /** Stale answers are served only where the origin grants it. */
    public static final Defaults NONE = new Defaults(0, 0);
  }

  /** Decides for a stored response with these fields. */
  public static Reuse of(HttpFields request, HttpFields stored, Age age, Defaults defaults) {
    CacheControl asked = CacheControl.of(request);
    ResponseControl said = ResponseControl.of(stored);
    long left = Math.max(0, age.lifetimeSeconds() - age.ageSeconds());
    if (said.noCache() || asked.has("no-cache") || pragma(request)) {
      return VALIDATE;
    }
    if (age.ageSeconds() > asked.seconds("max-age").orElse(Long.MAX_VALUE)
        || left < asked.seconds("min-fresh").orElse(0)) {
      return VALIDATE;
    }
    if (age.fresh()) {
      return FRESH;
    }
    if (asked.has("max-stale") && !said.forbidsStale()) {
      long limit = asked.bare("max-stale") ? Long.MAX_VALUE : asked.seconds("max-stale").orElse(0);
      return age.staleFor() <= limit ? STALE_ACCEPTED : VALIDATE;
    }
    long grace = granted(said, "stale-while-revalidate", defaults.whileRevalidateSeconds());
    return age.staleFor() < grace ? STALE_WHILE_REVALIDATE : VALIDATE;
  }

  /**
   * Whether a stale answer may stand in for an origin that fails (RFC 5861 §4, RFC 9111 §4.2.4):
   * for as long as response or request say, else the default unless the origin forbids it.
   */
  public static boolean onError(HttpFields request, HttpFields stored, Age age, Defaults defaults) {
    ResponseControl said = ResponseControl.of(stored);
    long granted = granted(said, "stale-if-error", defaults.ifErrorSeconds());
    long asked =
        said.forbidsStale() ? 0 : CacheControl.of(request).seconds("stale-if-error").orElse(0);
    return mayBeStale(said) && !said.noCache() && age.staleFor() <= Math.max(granted, asked);
  }

  /** Seconds after its lifetime for which a response may still be of use to somebody. */
  public static long usefulStaleSeconds(HttpFields response, Defaults defaults) {
    ResponseControl said = ResponseControl.of(response);
    return Math.max(
        granted(said, "stale-while-revalidate", defaults.whileRevalidateSeconds()),
        granted(said, "stale-if-error", defaults.ifErrorSeconds()));
  }

  /** {@code must-revalidate} forbids stale use whatever else is granted (§5.2.2.2). */
  private static boolean mayBeStale(ResponseControl said) {
    return !said.control().has("must-revalidate") && !said.control().has("proxy-revalidate");
  }

  /** What the origin grants, else the default where it does not forbid it. */
  private static long granted(ResponseControl said, String directive, long otherwise) {
    if (!mayBeStale(said) || said.noCache()) {
      return 0;
    }
    long silent = said.forbidsStale() ? 0 : otherwise;
    return said.control().seconds(directive).orElse(silent);
  }

  private static boolean pragma(HttpFields request) {
    return !request.has("Cache-Control") && Freshness.pragmaNoCache(request);
  }
}
