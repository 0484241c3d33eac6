package io.tokenlane.compress;

import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Passages that reach the model byte for byte, found by regular expressions of the operator. What
 * they match in a text stands in its compression too, in the same order.
 */
public final class Protection {
  /** Protects nothing. */
  public static final Protection NONE = new Protection(List.of());

  private final List<Pattern> patterns;

  private Protection(List<Pattern> patterns) {
    this.patterns = patterns;
  }

  /**
   * @throws IllegalArgumentException naming the expression that is none
   */
  public static Protection of(List<String> expressions) {
    return new Protection(expressions.stream().map(Protection::pattern).toList());
  }

  private static Pattern pattern(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          "protected: " + expression + " (expected: a regular expression)", broken);
    }
  }

  /** One bit for each UTF-16 unit of the text. */
  BitSet in(String text) {
    BitSet guarded = new BitSet();
    for (Pattern pattern : patterns) {
      Matcher matcher = pattern.matcher(text);
      while (matcher.find()) {
        guarded.set(matcher.start(), matcher.end());
      }
    }
    return guarded;
  }

  /** Whether every protected passage of the one text stands in the other, in order. */
  boolean holds(String before, String after) {
    if (patterns.isEmpty()) {
      return true;
    }
    BitSet guarded = in(before);
    int at = 0;
    for (int start = guarded.nextSetBit(0); start >= 0; ) {
      int end = guarded.nextClearBit(start);
      int found = after.indexOf(before.substring(start, end), at);
      if (found < 0) {
        return false;
      }
      at = found + end - start;
      start = guarded.nextSetBit(end);
    }
    return true;
  }

  private List<String> expressions() {
    return patterns.stream().map(Pattern::pattern).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Protection protection && expressions().equals(protection.expressions());
  }

  @Override
  public int hashCode() {
    return expressions().hashCode();
  }

  /** The expressions, each with its length before it: that of no other protection. */
  @Override
  public String toString() {
    return expressions().stream()
        .map(expression -> expression.length() + ":" + expression)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
