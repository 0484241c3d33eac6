package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.prefetch.http.HttpFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.http.HttpStatus;

/**
 * {@code x-tokenlane-cache}: what a client wants of the cache for one request, for clients that
 * cannot send {@code Cache-Control}. It means the directive that stands beside it.
 */
final class CacheHeader {
  private static final String NAME = "x-tokenlane-cache";

  private static final Map<String, String> DIRECTIVES =
      Map.of("bypass", "no-store", "refresh", "no-cache", "only", "only-if-cached");

  private static final String PACE = "pace=";
  private static final int FASTEST = 10_000;

  private CacheHeader() {}

  /** The fields, with the directive among them. */
  static HttpFields applied(HttpFields request) {
    Optional<String> wanted = request.first(NAME);
    if (wanted.isEmpty()) {
      return request;
    }
    List<HttpFields.Line> lines = new ArrayList<>(request.lines());
    for (String member : wanted.get().split(",", -1)) {
      String directive = DIRECTIVES.get(member.strip());
      if (directive != null) {
        lines.add(new HttpFields.Line("Cache-Control", directive));
      } else if (pace(member.strip()).isEmpty()) {
        throw new ApiException(
            HttpStatus.BAD_REQUEST,
            "invalid_cache_header",
            NAME
                + ": "
                + wanted.get()
                + " (expected: bypass, refresh, only or pace=0 to pace="
                + FASTEST
                + ")");
      }
    }
    return new HttpFields(lines);
  }

  /** How many pieces a second a stored stream is told in; 0: at once. Empty where nobody says. */
  static OptionalInt pace(HttpFields request) {
    for (String member : request.first(NAME).orElse("").split(",", -1)) {
      OptionalInt told = pace(member.strip());
      if (told.isPresent()) {
        return told;
      }
    }
    return OptionalInt.empty();
  }

  private static OptionalInt pace(String member) {
    String number = member.startsWith(PACE) ? member.substring(PACE.length()) : "";
    return number.matches("[0-9]{1,5}") && Integer.parseInt(number) <= FASTEST
        ? OptionalInt.of(Integer.parseInt(number))
        : OptionalInt.empty();
  }
}
