package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.prefetch.http.HttpFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/**
 * {@code x-tokenlane-cache}: what a client wants of the cache for one request, for clients that
 * cannot send {@code Cache-Control}. It means the directive that stands beside it.
 */
final class CacheHeader {
  private static final String NAME = "x-tokenlane-cache";

  private static final Map<String, String> DIRECTIVES =
      Map.of("bypass", "no-store", "refresh", "no-cache", "only", "only-if-cached");

  private CacheHeader() {}

  /** The fields, with the directive among them. */
  static HttpFields applied(HttpFields request) {
    Optional<String> wanted = request.first(NAME);
    if (wanted.isEmpty()) {
      return request;
    }
    String directive = DIRECTIVES.get(wanted.get().strip());
    if (directive == null) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST,
          "invalid_cache_header",
          NAME + ": " + wanted.get() + " (expected: bypass, refresh or only)");
    }
    List<HttpFields.Line> lines = new ArrayList<>(request.lines());
    lines.add(new HttpFields.Line("Cache-Control", directive));
    return new HttpFields(lines);
  }
}
