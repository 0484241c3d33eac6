package io.tokenlane.compress;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The lossless rules, in the order in which they are applied. */
public enum Rule {
  /** Line ends, trailing blanks and indentation that mean nothing and can be put back. */
  WHITESPACE("whitespace"),
  /** Regularly indented JSON on one line. */
  JSON_MINIFY("json-minify"),
  /** Passages that come again, named once in a legend. */
  REPEATS("repeats");

  private final String id;

  Rule(String id) {
    this.id = id;
  }

  /** As written in the configuration and in reports. */
  public String id() {
    return id;
  }

  /**
   * @throws IllegalArgumentException naming the known rules if the name is unknown
   */
  public static Rule named(String id) {
    return Arrays.stream(values())
        .filter(rule -> rule.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(unknown(id)));
  }

  private static String unknown(String id) {
    String known = Arrays.stream(values()).map(Rule::id).collect(Collectors.joining(", "));
    return "compression rule: " + id + " (expected: one of " + known + ")";
  }
}
