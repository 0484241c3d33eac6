package io.tokenlane.prefetch.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A parsed {@code Cache-Control} field, of a request (RFC 9111 §5.2.1) or a response (§5.2.2).
 *
 * <p>Names compare without case; values may be tokens or quoted strings; of a repeated directive
 * the first one counts (§4.2.1); unknown directives are kept and mean nothing (§5.2.3).
 */
public final class CacheControl {

  /** No directives. */
  public static final CacheControl EMPTY = new CacheControl(Map.of());

  /** What a delta-seconds too large to represent counts as (§1.2.2): 2^31 seconds. */
  private static final long LONGEST_SECONDS = 1L << 31;

  private final Map<String, String> directives;

  private CacheControl(Map<String, String> directives) {
    this.directives = directives;
  }

  /** Parses the {@code Cache-Control} lines of {@code fields}; never fails. */
  public static CacheControl of(HttpFields fields) {
    return parse(fields.all("Cache-Control"));
  }

  /** Parses field lines; never fails, what makes no sense is an unknown directive. */
  public static CacheControl parse(List<String> lines) {
    if (lines.isEmpty()) {
      return EMPTY;
    }
    Map<String, String> directives = new LinkedHashMap<>();
    for (String member : ListSplitter.members(lines)) {
      int equals = member.indexOf('=');
      String name = equals < 0 ? member : member.substring(0, equals);
      String value = equals < 0 ? "" : ListSplitter.unquote(member.substring(equals + 1).strip());
      directives.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
    }
    return new CacheControl(directives);
  }

  /** Directives that were parsed elsewhere. */
  static CacheControl of(Map<String, String> directives) {
    return new CacheControl(Map.copyOf(directives));
  }

  /** True where the directive is there, with or without an argument. */
  public boolean has(String directive) {
    return directives.containsKey(directive);
  }

  /**
   * The argument in seconds; empty where the directive is missing. An argument that is no
   * non-negative integer counts as 0: a response with broken freshness is stale (§4.2.1).
   */
  public OptionalLong seconds(String directive) {
    String argument = directives.get(directive);
    return argument == null ? OptionalLong.empty() : OptionalLong.of(deltaSeconds(argument));
  }

  /** True where the directive is there without an argument. */
  boolean bare(String directive) {
    return "".equals(directives.get(directive));
  }

  /** The field names that {@code no-cache} or {@code private} is limited to, in lower case. */
  public List<String> fieldNames(String directive) {
    String argument = directives.getOrDefault(directive, "").replace("\"", "");
    return ListSplitter.members(List.of(argument)).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Whether a lifetime was given in another type than seconds (RFC 9213 §2.1). */
  boolean hasBrokenSeconds() {
    return List.of("max-age", "s-maxage").stream()
        .map(directives::get)
        .anyMatch(value -> value != null && !value.matches("[0-9]+"));
  }

  /** Delta-seconds (§1.2.2): digits only, capped at 2^31; anything else is 0. */
  static long deltaSeconds(String text) {
    if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return 0;
    }
    return text.length() > 18 ? LONGEST_SECONDS : Math.min(Long.parseLong(text), LONGEST_SECONDS);
  }

  @Override
  public String toString() {
    return directives.toString();
  }
}
