package io.tokenlane.compress;

import java.util.ArrayList;
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
  public static final Protection NONE = new Protection(List.of(), List.of());

  private final List<Pattern> patterns;

  /** What they match in the text that came, in order. */
  private final List<String> passages;

  private Protection(List<Pattern> patterns, List<String> passages) {
    this.patterns = patterns;
    this.passages = passages;
  }

  /**
   * @throws IllegalArgumentException naming the expression that is none
   */
  public static Protection of(List<String> expressions) {
    return new Protection(expressions.stream().map(Protection::pattern).toList(), List.of());
  }

  private static Pattern pattern(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          "protected: " + expression + " (expected: a regular expression)", broken);
    }
  }

  /**
   * The same for a text on its way through the rules: also what the expressions match in it as it
   * came is protected, though by then they may match it no more, as where they look behind them.
   */
  Protection of(String text) {
    return patterns.isEmpty()
        ? this
        : new Protection(patterns, new Protection(patterns, List.of()).passages(text));
  }

  /** Whether the expressions find in a text what they found in the one that came. */
  boolean isAllIn(String text) {
    return passages.equals(of(text).passages);
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
    int at = 0;
    for (String passage : passages) {
      int found = text.indexOf(passage, at);
      if (found < 0) {
        break;
      }
      at = found + passage.length();
      guarded.set(found, at);
    }
    return guarded;
  }

  private List<String> passages(String text) {
    BitSet guarded = in(text);
    List<String> found = new ArrayList<>();
    for (int start = guarded.nextSetBit(0); start >= 0; ) {
      int end = guarded.nextClearBit(start);
      found.add(text.substring(start, end));
      start = guarded.nextSetBit(end);
    }
    return found;
  }

  /** Whether every protected passage of the one text stands in the other, in order. */
  boolean holds(String before, String after) {
    int at = 0;
    for (String passage : passages(before)) {
      int found = after.indexOf(passage, at);
      if (found < 0) {
        return false;
      }
      at = found + passage.length();
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
