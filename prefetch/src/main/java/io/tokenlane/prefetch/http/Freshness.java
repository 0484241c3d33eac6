package io.tokenlane.prefetch.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Freshness and age arithmetic (RFC 9111 §4.2), all in whole seconds. */
public final class Freshness {
  private Freshness() {}

  /** Of the time since the last change, what counts as fresh where nobody says (§4.2.2): 10 %. */
  private static final long HEURISTIC_DIVISOR = 10;

  private static final long LONGEST_HEURISTIC_SECONDS = Duration.ofDays(1).toSeconds();

  /** Statuses that are heuristically cacheable (RFC 9110 §15.1). */
  private static final Set<Integer> HEURISTIC =
      Set.of(200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501);

  /**
   * The explicit freshness lifetime for a shared cache (§4.2.1): {@code s-maxage}, else {@code
   * max-age}, else {@code Expires} − {@code Date}; empty where the response states none. An invalid
   * {@code Expires} (§5.3) is a time in the past: 0. A targeted field (RFC 9213 §2.2) replaces
   * {@code Cache-Control} and {@code Expires}.
   *
   * @param received when the response arrived; stands in for a missing {@code Date}
   */
  public static OptionalLong lifetime(HttpFields response, Instant received) {
    ResponseControl said = ResponseControl.of(response);
    if (said.control().has("s-maxage")) {
      return said.control().seconds("s-maxage");
    }
    if (said.control().has("max-age")) {
      return said.control().seconds("max-age");
    }
    return said.targeted() || !response.has("Expires")
        ? OptionalLong.empty()
        : OptionalLong.of(untilExpiry(response, received));
  }

  /**
   * How long a response that states no lifetime may count as fresh (§4.2.2): a tenth of the time
   * between {@code Last-Modified} and {@code Date}, at most a day. Empty for statuses that are not
   * heuristically cacheable unless {@code public}, and for requests with a cookie or credentials,
   * whose answers are likely to be one person's.
   */
  public static OptionalLong heuristic(
      HttpFields request, int status, HttpFields response, Instant received) {
    boolean allowed = mayGuess(status) || ResponseControl.of(response).control().has("public");
    if (!allowed || request.has("Cookie") || request.has("Authorization")) {
      return OptionalLong.empty();
    }
    Instant date = response.first("Date").flatMap(HttpDate::parse).orElse(received);
    return response.first("Last-Modified").flatMap(HttpDate::parse).stream()
        .mapToLong(changed -> Duration.between(changed, date).toSeconds() / HEURISTIC_DIVISOR)
        .filter(seconds -> seconds > 0)
        .map(seconds -> Math.min(seconds, LONGEST_HEURISTIC_SECONDS))
        .findFirst();
  }

  /** Whether a response of this status may be stored though it states no lifetime (§3). */
  public static boolean mayGuess(int status) {
    return HEURISTIC.contains(status);
  }

  private static long untilExpiry(HttpFields response, Instant received) {
    Instant date = response.first("Date").flatMap(HttpDate::parse).orElse(received);
    return response
        .first("Expires")
        .flatMap(HttpDate::parse)
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

  static boolean pragmaNoCache(HttpFields request) {
    return ListSplitter.members(request.all("Pragma")).stream()
        .anyMatch(member -> member.equalsIgnoreCase("no-cache"));
  }
}
