package io.tokenlane.engine.token;

import java.util.regex.Pattern;

/**
 * Cuts runs of decimal digits into threes from the right, in one pass. The expressions that say so
 * look at the whole rest of a run for each three of it.
 *
 * @param ofWords whether only runs are cut behind which no word goes on
 */
record DigitGroups(boolean ofWords) implements Matches {

  /** In runs of digits. */
  static final String THOUSANDS = "\\d{1,3}(?=(?:\\d{3})*+(?!\\d))";

  /** In runs of digits that end a word. */
  static final String THOUSANDS_OF_WORDS = "\\d{1,3}(?=(?:\\d{3})*\\b)";

  private static final int GROUP = 3;
  private static final Pattern WORD = Regexes.compile("\\w");

  @Override
  public void find(String text, int from, int to, Sink sink) {
    int at = from;
    while (at < to) {
      int end = digitsEnd(text, at, to);
      if (end == at) {
        at += Character.charCount(text.codePointAt(at));
      } else {
        if (!ofWords || end == to || !WORD.matcher(text).region(end, to).lookingAt()) {
          groups(text, at, end, sink);
        }
        at = end;
      }
    }
  }

  private static int digitsEnd(String text, int from, int to) {
    int end = from;
    while (end < to && Character.isDigit(text.codePointAt(end))) {
      end += Character.charCount(text.codePointAt(end));
    }
    return end;
  }

  private static void groups(String text, int from, int to, Sink sink) {
    int digits = text.codePointCount(from, to);
    int at = from;
    while (at < to) {
      int group = (digits - 1) % GROUP + 1;
      int end = text.offsetByCodePoints(at, group);
      sink.match(at, end);
      digits -= group;
      at = end;
    }
  }
}
