package io.tokenlane.prefetch.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Freshness and age arithmetic (RFC 9111 §4.2), all in whole seconds. */
public final class Freshness {
  private Freshness() {}

  /**
   * The explicit freshness lifetime for a shared cache (§4.2.1): {@code s-maxage}, else {@code
   * max-age}, else {@code Expires} − {@code Date}; empty where the response states none. An invalid
   * {@code Expires} (§5.3) is a time in the past: 0.
   *
   * @param received when the response arrived; stands in for a missing {@code Date}
   */
  public static OptionalLong lifetime(HttpFields response, Instant received) {
    CacheControl control = CacheControl.of(response);
    if (control.has("s-maxage")) {
      return control.seconds("s-maxage");
    }
    if (control.has("max-age")) {
      return control.seconds("max-age");
    }
    return response.first("Expires").map(e -> untilExpiry(e, response, received)).stream()
        .mapToLong(Long::longValue)
        .findFirst();
  }

  private static long untilExpiry(String expires, HttpFields response, Instant received) {
    Instant date = response.first("Date").flatMap(HttpDate::parse).orElse(received);
    return HttpDate.parse(expires)
        .map(at -> Math.max(0, Duration.between(date, at).toSeconds()))
        .orElse(0L);
  }

  /**
   * The age the response already had when it arrived, {@code corrected_initial_age} (§4.2.3):
   *
   * <pre>
   * apparent_age          = max(0, response_time - date_value)
   * corrected_age_value   = age_value + (response_time - request_time)
   * corrected_initial_age = max(apparent_age, corrected_age_value)
   * </pre>
   */
  public static long initialAge(HttpFields response, Instant requested, Instant received) {
    long apparent =
        response
            .first("Date")
            .flatMap(HttpDate::parse)
            .map(date -> Math.max(0, Duration.between(date, received).toSeconds()))
            .orElse(0L);
    long corrected = ageValue(response) + Duration.between(requested, received).toSeconds();
    return Math.max(apparent, corrected);
  }

  /** {@code Age} (§5.1): the first member of a list; what is no number is ignored. */
  private static long ageValue(HttpFields response) {
    Optional<String> first = ListSplitter.members(response.all("Age")).stream().findFirst();
    return first.map(CacheControl::deltaSeconds).orElse(0L);
  }

  /**
   * Whether the client accepts a fresh answer of this age (§5.2.1): {@code no-cache} and {@code
   * Pragma: no-cache} (§5.4) ask for a new one, {@code max-age} bounds the age, {@code min-fresh}
   * what must be left of the lifetime.
   */
  public static boolean acceptable(HttpFields request, long age, long secondsLeft) {
    CacheControl control = CacheControl.of(request);
    if (control.has("no-cache") || (!request.has("Cache-Control") && pragmaNoCache(request))) {
      return false;
    }
    return age <= control.seconds("max-age").orElse(Long.MAX_VALUE)
        && secondsLeft >= control.seconds("min-fresh").orElse(0);
  }

  private static boolean pragmaNoCache(HttpFields request) {
    return ListSplitter.members(request.all("Pragma")).stream()
        .anyMatch(member -> member.equalsIgnoreCase("no-cache"));
  }
}
