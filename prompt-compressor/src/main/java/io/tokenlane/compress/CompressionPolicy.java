package io.tokenlane.compress;

import java.util.EnumSet;
import java.util.Set;

/**
 * What may be done to a text.
 *
 * @param rules the rules that may be applied; empty: the text passes untouched
 * @param minimumChars texts shorter than this many UTF-16 units pass untouched; ≥ 0, default 200
 */
public record CompressionPolicy(Set<Rule> rules, int minimumChars) {
  private static final int DEFAULT_MINIMUM_CHARS = 200;

  /** The lossless rules that leave code and data as they read. */
  public static final CompressionPolicy LOSSLESS =
      new CompressionPolicy(
          EnumSet.of(Rule.WHITESPACE, Rule.JSON_MINIFY, Rule.REPEATS), DEFAULT_MINIMUM_CHARS);

  /** Every lossless rule: the fewest tokens. */
  public static final CompressionPolicy DEEP =
      new CompressionPolicy(EnumSet.allOf(Rule.class), DEFAULT_MINIMUM_CHARS);

  /** Nothing at all. */
  public static final CompressionPolicy OFF =
      new CompressionPolicy(Set.of(), DEFAULT_MINIMUM_CHARS);

  public CompressionPolicy {
    if (minimumChars < 0) {
      throw new IllegalArgumentException("minimum_chars: " + minimumChars + " (expected: >= 0)");
    }
    rules = Set.copyOf(rules);
  }
}
