package io.tokenlane.prefetch.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header fields of one message in the order they came: names compare without case (RFC 9110
 * §5.1), several lines of one name are kept apart (§5.2).
 *
 * @param lines the field lines, never null
 */
public record HttpFields(List<Line> lines) {

  /** No fields at all. */
  public static final HttpFields NONE = new HttpFields(List.of());

  /** One field line. */
  public record Line(String name, String value) {}

  /** Copies {@code lines}. */
  public HttpFields {
    lines = List.copyOf(lines);
  }

  /**
   * Fields from alternating names and values.
   *
   * @throws IllegalArgumentException for an odd number of texts
   */
  public static HttpFields of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "fields: " + namesAndValues.length + " texts (expected: pairs of name and value)");
    }
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      lines.add(new Line(namesAndValues[i], namesAndValues[i + 1]));
    }
    return new HttpFields(lines);
  }

  /** The values of every line of {@code name}, in order; empty where there is none. */
  public List<String> all(String name) {
    return lines.stream().filter(l -> l.name().equalsIgnoreCase(name)).map(Line::value).toList();
  }

  /** The value of the first line of {@code name}. */
  public Optional<String> first(String name) {
    return lines.stream().filter(l -> l.name().equalsIgnoreCase(name)).map(Line::value).findFirst();
  }

  /** True where at least one line has {@code name}. */
  public boolean has(String name) {
    return lines.stream().anyMatch(l -> l.name().equalsIgnoreCase(name));
  }
}
