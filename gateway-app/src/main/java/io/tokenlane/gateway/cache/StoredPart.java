package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.http.ByteRange;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One stored range of a representation, from which the ranges that lie in it are served (RFC 9111
 * §3.3). Parts are neither combined nor completed: that needs a strong validator on all of them
 * (§3.4), and saves little.
 */
final class StoredPart {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})");

  private StoredPart() {}

  /** Whether a 206 is one range of a known place, asked for without a condition. */
  static boolean storable(HttpFields request, HttpFields response) {
    return request.has("Range")
        && !request.has("If-Range")
        && response.all("Content-Range").size() == 1
        && contentRange(response).matches();
  }

  /** Where {@code range} lies in the stored bytes; they count from where they begin. */
  static Optional<ByteRange> within(String range, HttpFields stored, ByteBuffer body) {
    Matcher place = contentRange(stored);
    if (!place.matches()) {
      return Optional.empty();
    }
    long begin = Long.parseLong(place.group(1));
    return ByteRange.of(range, Long.parseLong(place.group(2)))
        .filter(ByteRange::satisfiable)
        .map(asked -> new ByteRange(asked.first() - begin, asked.last() - begin))
        .filter(inside -> inside.first() >= 0 && inside.last() < body.remaining());
  }

  /** {@code Content-Range} of a range that lies in the stored bytes. */
  static String place(String range, HttpFields stored) {
    Matcher place = contentRange(stored);
    if (!place.matches()) {
      throw new IllegalStateException("Content-Range: missing (expected: of a stored part)");
    }
    long whole = Long.parseLong(place.group(2));
    return ByteRange.of(range, whole).orElseThrow().contentRange(whole);
  }

  private static Matcher contentRange(HttpFields fields) {
    return CONTENT_RANGE.matcher(fields.first("Content-Range").orElse(""));
  }
}
