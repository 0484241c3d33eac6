package io.tokenlane.gateway.limit;

import io.lettuce.core.RedisURI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a Redis is, as configured. What is said of it never repeats it: it may hold a password. */
public final class RedisAddress {
  private static final Pattern WHOLE =
      Pattern.compile(
          "rediss?://(?:[^@/?#]*@)?(?:\\[[0-9A-Fa-f:.]+]|[\\w.-]+)(?::\\d{1,5})?(?:[/?][^@#]*)?");

  private RedisAddress() {}

  /**
   * Reads {@code redis://[[user]:password@]host[:port][/database]}, {@code rediss://} for TLS.
   *
   * @throws IllegalArgumentException if it is none; without the text, and without a cause, which
   *     would repeat it
   */
  public static RedisURI of(String uri) {
    RedisURI read = WHOLE.matcher(uri).matches() ? readOrNull(uri) : null;
    if (read == null) {
      throw new IllegalArgumentException(
          "uri: malformed (expected: redis://host:port; a password before the host"
              + " percent-encoded)");
    }
    return read;
  }

  private static @Nullable RedisURI readOrNull(String uri) {
    try {
      return RedisURI.create(uri);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }
}
