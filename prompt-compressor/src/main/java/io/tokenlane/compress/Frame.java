package io.tokenlane.compress;

import org.jspecify.annotations.Nullable;

/**
 * How a text with named phrases begins, which tells its reader what letters, marks and quotations
 * stand for.
 *
 * @param letter the first letter of the alphabet of names; 0 where it is not told here
 * @param mark ends a definition and a quotation
 */
record Frame(Kind kind, char letter, char mark) {
  /** What has to be told. */
  enum Kind {
    /** Nothing has been told before. */
    OPENING,
    /** Nothing has been told before, and there are quotations. */
    OPENING_WITH_QUOTES,
    /** Letters have been told, quotations have not. */
    QUOTES,
    /** Everything has been told. */
    AGAIN,
    /** The same, but the mark is another one, since the text holds the first. */
    OTHER_MARK
  }

  /** Opens a quotation: {@code «start…end} and the mark. */
  static final char QUOTE = '«';

  /** Between the start and the end of a quoted passage. */
  static final char TO = '…';

  private static final String MARKS = "^~|¦¶§※•¬¤";

  /** A mark that the text does not hold; 0 where it holds all. */
  static char freeMark(String text) {
    return (char) MARKS.chars().filter(mark -> text.indexOf(mark) < 0).findFirst().orElse(0);
  }

  /** Whether quotations stand in the text after this. */
  boolean quotes() {
    return kind != Kind.OPENING;
  }

  /** Whether letters are defined anew. */
  boolean opens() {
    return kind == Kind.OPENING || kind == Kind.OPENING_WITH_QUOTES;
  }

  String header() {
    String opening = "Shorthand: " + letter + "…" + mark + " defines " + letter;
    return switch (kind) {
      case OPENING -> opening + ".\n";
      case OPENING_WITH_QUOTES -> opening + ", " + quotesHeader();
      case QUOTES -> quotesHeader();
      case AGAIN -> mark + "\n";
      case OTHER_MARK -> letter + "…" + mark + "\n";
    };
  }

  private String quotesHeader() {
    return "«a…b" + mark + " quotes from above.\n";
  }

  /** The frame that the text begins with; null if it has none. */
  static @Nullable Frame of(String text) {
    if (text.length() < 2) {
      return null;
    }
    if (text.charAt(0) == QUOTE) {
      return at(text, Kind.QUOTES, 0, 4);
    }
    if (text.charAt(1) == '\n') {
      return at(text, Kind.AGAIN, 0, 0);
    }
    if (text.charAt(1) == TO) {
      return otherMark(text);
    }
    Frame quoting = at(text, Kind.OPENING_WITH_QUOTES, 11, 13);
    return quoting == null ? at(text, Kind.OPENING, 11, 13) : quoting;
  }

  private static @Nullable Frame otherMark(String text) {
    if (text.length() < 4
        || MARKS.indexOf(text.charAt(2)) < 0
        || Alphabet.of(text.charAt(0)) == null) {
      return null;
    }
    Frame frame = new Frame(Kind.OTHER_MARK, text.charAt(0), text.charAt(2));
    return text.startsWith(frame.header()) ? frame : null;
  }

  private static @Nullable Frame at(String text, Kind kind, int letterAt, int markAt) {
    if (text.length() <= markAt || MARKS.indexOf(text.charAt(markAt)) < 0) {
      return null;
    }
    Frame frame = new Frame(kind, letterAt > 0 ? text.charAt(letterAt) : 0, text.charAt(markAt));
    return text.startsWith(frame.header()) ? frame : null;
  }
}
