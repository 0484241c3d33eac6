package io.tokenlane.engine.token;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what a vocabulary's regular expression matches: by Java's matcher (see {@link Regexes}), or
 * by code of its own where that would take too long.
 */
@FunctionalInterface
interface Matches {

  /** Tells all matches that are not empty, from left to right, none of which overlap. */
  void find(String text, int from, int to, Sink sink);

  /** Hears of matches. */
  @FunctionalInterface
  interface Sink {
    void match(int from, int to);
  }

  /**
   * @param trusted whether the expression is known to end soon on any text
   * @throws TokenizerException if it is malformed
   */
  static Matches of(String regex, boolean trusted) {
    return switch (regex) {
      case DigitGroups.THOUSANDS -> new DigitGroups(false);
      case DigitGroups.THOUSANDS_OF_WORDS -> new DigitGroups(true);
      default -> {
        Pattern pattern = Regexes.compile(GgufPreTokenizers.withoutBacktracking(regex));
        yield (text, from, to, sink) ->
            find(pattern.matcher(trusted ? text : new BoundedText(text)).region(from, to), sink);
      }
    };
  }

  private static void find(Matcher matcher, Sink sink) {
    int length = matcher.regionEnd() - matcher.regionStart();
    try {
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) {
          sink.match(matcher.start(), matcher.end());
        }
      }
    } catch (StackOverflowError e) {
      // Java's matcher recurses in repeated groups; the vocabulary decides the expression.
      throw new TokenizerException(
          "pre_tokenizer: " + matcher.pattern() + " recurses too deeply on a text of " + length);
    }
  }
}
