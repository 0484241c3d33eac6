package io.tokenlane.compress;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds where pieces end: a word with the sign or blank before it, cut before a capital that
 * follows a small letter; up to three digits; signs with the blank before and the line ends after
 * them; white space up to its last line end; an ideograph; a whole placeholder; a guarded span.
 */
final class PieceScanner {
  private static final int LONGEST_NUMBER = 3;
  private static final Pattern PLACEHOLDER =
      Pattern.compile(
          "\\{\\{[^{}\\n]{0,200}+\\}\\}|\\{%[^%\\n]{0,200}+%\\}|\\$?\\{[A-Za-z_][\\w.]{0,100}+\\}");

  private final CharSequence text;
  private final Matcher placeholders;
  private int end;
  private final BitSet guarded;
  private final Unguarded stretches;

  /** Where the unguarded stretch ends that is being read. */
  private int limit;

  private boolean closed;

  /**
   * @param guarded spans that are pieces of their own
   */
  PieceScanner(CharSequence text, BitSet guarded) {
    this.text = text;
    this.guarded = guarded;
    this.stretches = new Unguarded(guarded, text.length());
    this.placeholders = PLACEHOLDER.matcher(text);
  }

  int end() {
    return end;
  }

  /** Whether the piece is a placeholder or guarded. */
  boolean isClosed() {
    return closed;
  }

  /**
   * Finds the end of the piece that starts here, beyond the start.
   *
   * @param start no less than before
   */
  void scan(int start) {
    if (guarded.get(start)) {
      closed = true;
      end = guarded.nextClearBit(start);
      return;
    }
    closed = startsPlaceholder(start);
    limit = stretches.end(start);
    end = closed ? Math.min(placeholders.end(), limit) : plain(start);
  }

  private boolean startsPlaceholder(int at) {
    char c = text.charAt(at);
    return (c == '{' || c == '$') && placeholders.region(at, text.length()).lookingAt();
  }

  private int plain(int start) {
    char c = text.charAt(start);
    if (isIdeograph(c)) {
      return start + 1;
    }
    if (Character.isLetter(c)) {
      return word(start);
    }
    if (Character.isDigit(c)) {
      return digits(start);
    }
    char next = start + 1 < limit ? text.charAt(start + 1) : '\n';
    if (!isLineEnd(c) && Character.isLetter(next) && !isIdeograph(next)) {
      return word(start + 1);
    }
    if (!Character.isWhitespace(c)) {
      return signs(start);
    }
    return c == ' ' && isSign(next) && !startsPlaceholder(start + 1)
        ? signs(start + 1)
        : white(start);
  }

  private int word(int start) {
    int i = start;
    while (i < limit && isWord(text.charAt(i)) && !Character.isLowerCase(text.charAt(i))) {
      i++;
    }
    while (i < limit && isWord(text.charAt(i)) && !Character.isUpperCase(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private int digits(int start) {
    int i = start;
    while (i < limit && i < start + LONGEST_NUMBER && Character.isDigit(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** At least one sign, then the signs and line ends after it. */
  private int signs(int start) {
    int i = start + 1;
    while (i < limit && isSign(text.charAt(i)) && !startsPlaceholder(i)) {
      i++;
    }
    while (i < limit && isLineEnd(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private int white(int start) {
    int i = start;
    int afterLineEnd = 0;
    while (i < limit && Character.isWhitespace(text.charAt(i))) {
      afterLineEnd = isLineEnd(text.charAt(i)) ? i + 1 : afterLineEnd;
      i++;
    }
    if (afterLineEnd > 0) {
      return afterLineEnd;
    }
    return i == limit ? i : Math.max(start + 1, i - 1);
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }

  private static boolean isWord(char c) {
    return Character.isLetter(c) && !isIdeograph(c);
  }

  private static boolean isSign(char c) {
    return !Character.isWhitespace(c) && !Character.isLetterOrDigit(c);
  }

  private static boolean isIdeograph(char c) {
    return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);
  }
}
