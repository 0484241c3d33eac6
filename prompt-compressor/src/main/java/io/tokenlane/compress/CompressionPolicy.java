package io.tokenlane.compress;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may be done to a text.
 *
 * @param rules the rules that may be applied; empty: the text passes untouched
 * @param minimumChars texts shorter than this many UTF-16 units pass untouched; ≥ 0, default 200
 * @param protection what stays byte for byte
 */
public record CompressionPolicy(Set<Rule> rules, int minimumChars, Protection protection) {
  private static final int DEFAULT_MINIMUM_CHARS = 200;

  /** The lossless rules that leave code and data as they read. */
  public static final CompressionPolicy LOSSLESS =
      new CompressionPolicy(
          EnumSet.of(Rule.WHITESPACE, Rule.JSON_MINIFY, Rule.REPEATS), DEFAULT_MINIMUM_CHARS);

  /** Every lossless rule: the fewest tokens. */
  public static final CompressionPolicy DEEP =
      new CompressionPolicy(Rule.LOSSLESS, DEFAULT_MINIMUM_CHARS);

  /** Every lossless rule, and grammar reduction that keeps to articles and fillers. */
  public static final CompressionPolicy SAFE = DEEP.with(Rule.GRAMMAR_SAFE);

  /** Every lossless rule, and grammar reduction as far as facts stay. */
  public static final CompressionPolicy MODERATE = DEEP.with(Rule.GRAMMAR_AGGRESSIVE);

  /** The same, and common words go too: content is lost to the model. */
  public static final CompressionPolicy AGGRESSIVE = MODERATE.with(Rule.BACKGROUND_WORDS);

  /** Nothing at all. */
  public static final CompressionPolicy OFF =
      new CompressionPolicy(Set.of(), DEFAULT_MINIMUM_CHARS);

  private CompressionPolicy with(Rule rule) {
    Set<Rule> more = EnumSet.of(rule);
    more.addAll(rules);
    return new CompressionPolicy(more, minimumChars, protection);
  }

  /** The same with another minimum. */
  public CompressionPolicy withMinimumChars(int minimum) {
    return new CompressionPolicy(rules, minimum, protection);
  }

  /** How far grammar is reduced; null for not at all. */
  Reduction.@Nullable Level reduction() {
    if (rules.contains(Rule.BACKGROUND_WORDS)) {
      return Reduction.Level.BACKGROUND;
    }
    if (rules.contains(Rule.GRAMMAR_AGGRESSIVE)) {
      return Reduction.Level.AGGRESSIVE;
    }
    return rules.contains(Rule.GRAMMAR_SAFE) ? Reduction.Level.SAFE : null;
  }

  /** Protects nothing. */
  public CompressionPolicy(Set<Rule> rules, int minimumChars) {
    this(rules, minimumChars, Protection.NONE);
  }

  /** Checks the range. */
  public CompressionPolicy {
    if (minimumChars < 0) {
      throw new IllegalArgumentException("minimum_chars: " + minimumChars + " (expected: >= 0)");
    }
    rules = Set.copyOf(rules);
  }
}
