package io.tokenlane.prefetch.http;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Conditional requests: what validates a stored answer, and what it answers by itself. */
public final class Conditional {
  private static final int OK = 200;
  private static final int FIRST_OF_REDIRECTIONS = 300;

  /** What a cache replaces by conditions of its own when it validates. */
  private static final Set<String> PRECONDITIONS =
      Set.of("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range");

  private Conditional() {}

  /** The lower-case names of the fields that make a request conditional (RFC 9110 §13.1). */
  public static Set<String> names() {
    return PRECONDITIONS;
  }

  /** Whether a stored response can be validated: it has an entity tag or a date of change. */
  public static boolean validatable(HttpFields stored) {
    return stored.has("ETag") || stored.has("Last-Modified");
  }

  /** The fields that ask the origin whether {@code stored} still holds (RFC 9111 §4.3.1). */
  public static HttpFields validating(HttpFields stored) {
    List<HttpFields.Line> lines = new ArrayList<>();
    stored.first("ETag").ifPresent(tag -> lines.add(line("If-None-Match", tag)));
    stored.first("Last-Modified").ifPresent(at -> lines.add(line("If-Modified-Since", at)));
    return new HttpFields(lines);
  }

  private static HttpFields.Line line(String name, String value) {
    return new HttpFields.Line(name, value);
  }

  /**
   * Whether the client has what is stored, so that 304 is its answer (RFC 9111 §4.3.2, RFC 9110
   * §13.2.2): {@code If-None-Match} by weak comparison, else {@code If-Modified-Since} against
   * {@code Last-Modified}, or {@code Date} where that is missing. What is no success answers no
   * condition (§13.2.1).
   */
  public static boolean notModified(HttpFields request, int status, HttpFields stored) {
    if (status < OK || status >= FIRST_OF_REDIRECTIONS) {
      return false;
    }
    if (request.has("If-None-Match")) {
      return matches(request.all("If-None-Match"), stored.first("ETag"));
    }
    if (status != OK) {
      return false;
    }
    Optional<Instant> since = request.first("If-Modified-Since").flatMap(HttpDate::parse);
    Optional<Instant> changed =
        stored.first("Last-Modified").or(() -> stored.first("Date")).flatMap(HttpDate::parse);
    return since.isPresent() && changed.isPresent() && !changed.get().isAfter(since.get());
  }

  private static boolean matches(List<String> wanted, Optional<String> stored) {
    List<String> tags = ListSplitter.members(wanted);
    return tags.equals(List.of("*"))
        || stored.filter(tag -> tags.stream().anyMatch(t -> weak(t).equals(weak(tag)))).isPresent();
  }

  /** The opaque tag, for weak comparison (RFC 9110 §8.8.3.2). */
  private static String weak(String tag) {
    return tag.startsWith("W/") ? tag.substring(2) : tag;
  }

  /**
   * Whether a range may be served from what is stored (RFC 9110 §13.1.5): no {@code If-Range}, or
   * one that names it by a strong tag or by the exact date.
   */
  public static boolean rangeApplies(HttpFields request, HttpFields stored) {
    Optional<String> condition = request.first("If-Range");
    if (condition.isEmpty()) {
      return true;
    }
    String validator = condition.get().strip();
    boolean weak = validator.startsWith("W/");
    return !weak
        && (stored.first("ETag").filter(validator::equals).isPresent()
            || stored.first("Last-Modified").filter(validator::equals).isPresent());
  }

  /**
   * Whether a HEAD's response speaks of the very representation that is stored (RFC 9111 §4.3.5):
   * validators that are there must be equal, and so must the length.
   *
   * @param length of the stored body, in bytes
   */
  public static boolean sameRepresentation(HttpFields head, HttpFields stored, long length) {
    return agrees(head, stored, "ETag")
        && agrees(head, stored, "Last-Modified")
        && head.first("Content-Length").filter(l -> !l.equals(Long.toString(length))).isEmpty();
  }

  private static boolean agrees(HttpFields head, HttpFields stored, String name) {
    return !head.has(name) || head.first(name).equals(stored.first(name));
  }
}
