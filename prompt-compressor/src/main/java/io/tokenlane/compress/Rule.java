package io.tokenlane.compress;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The rules: lossless ones, and grammar reduction. */
public enum Rule {
  /** Line ends, trailing blanks and indentation that mean nothing and can be put back. */
  WHITESPACE("whitespace", 1),
  /** Regularly indented JSON on one line. */
  JSON_MINIFY("json-minify", 2),
  /** Passages that come again, named once in a legend. */
  REPEATS("repeats", 3),
  /** Phrases that come again anywhere, code and data too, named where they first stand. */
  DICTIONARY("dictionary", 4),
  /** Articles, forms of to be and fillers, which come back from a sidecar only. */
  GRAMMAR_SAFE("grammar-safe", 5),
  /** Also words that tell little, commas, bullets. */
  GRAMMAR_AGGRESSIVE("grammar-aggressive", 6),
  /** Numbers of the lines of listings, told once by the first line. */
  LINE_NUMBERS("line-numbers", 7),
  /** Also common words, by their place in the vocabulary: content is lost to the model. */
  BACKGROUND_WORDS("background-words", 8);

  /** The rules whose results lead back without a sidecar. */
  public static final Set<Rule> LOSSLESS =
      Collections.unmodifiableSet(
          EnumSet.of(WHITESPACE, JSON_MINIFY, LINE_NUMBERS, REPEATS, DICTIONARY));

  private final String id;
  private final int code;

  Rule(String id, int code) {
    this.id = id;
    this.code = code;
  }

  /** The byte that stands for the rule in a {@link StyleTag}. */
  int code() {
    return code;
  }

  static Rule ofCode(int code) {
    return LOSSLESS.stream()
        .filter(rule -> rule.code == code)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("rule in tag: " + code + " (expected: 1 to 4 or 7)"));
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
