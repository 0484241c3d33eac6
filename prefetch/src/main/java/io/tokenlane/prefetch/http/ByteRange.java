package io.tokenlane.prefetch.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of bytes out of a whole body (RFC 9110 §14.1.2).
 *
 * @param first the first byte, ≥ 0
 * @param last the last byte, inclusive; less than {@code first} where nothing of the range is there
 */
public record ByteRange(long first, long last) {
  private static final Pattern ONE_RANGE =
      Pattern.compile("bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", Pattern.CASE_INSENSITIVE);

  private static final ByteRange UNSATISFIABLE = new ByteRange(0, -1);

  /**
   * The range that {@code header} asks of a body of {@code length} bytes; empty where it is not one
   * single range of bytes, and is to be ignored (§14.2).
   */
  public static Optional<ByteRange> of(String header, long length) {
    Matcher range = ONE_RANGE.matcher(header);
    if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
      return Optional.empty();
    }
    if (range.group(1).isEmpty()) {
      long suffix = Math.min(Long.parseLong(range.group(2)), length);
      return Optional.of(suffix == 0 ? UNSATISFIABLE : new ByteRange(length - suffix, length - 1));
    }
    long first = Long.parseLong(range.group(1));
    long last = range.group(2).isEmpty() ? length - 1 : Long.parseLong(range.group(2));
    if (last < first && !range.group(2).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        first >= length ? UNSATISFIABLE : new ByteRange(first, Math.min(last, length - 1)));
  }

  /** False: 416 is the answer (§15.5.17). */
  public boolean satisfiable() {
    return first <= last;
  }

  /** How many bytes it has. */
  public long length() {
    return last - first + 1;
  }

  /** {@code Content-Range} (§14.4) for a body of {@code whole} bytes. */
  public String contentRange(long whole) {
    return satisfiable() ? "bytes " + first + '-' + last + '/' + whole : "bytes */" + whole;
  }
}
