package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds quoted strings that are so long that they are texts: of at least {@value #SHORTEST}
 * characters or escapes, on one line. Read once: where a string breaks off no quote inside it
 * begins one that does not, and where it is too short its end may begin the next.
 */
final class LongStrings {
  /** Characters between the quotes, an escape counting as one. */
  static final int SHORTEST = 160;

  private static final String LINE_ENDS = "\n\r\u0085\u2028\u2029";

  private final CharSequence text;
  private final List<Span> found = new ArrayList<>();

  private LongStrings(CharSequence text) {
    this.text = text;
  }

  /** The strings without their quotes, in order. */
  static List<Span> in(CharSequence text) {
    LongStrings strings = new LongStrings(text);
    int at = 0;
    while (at < text.length()) {
      at = text.charAt(at) == '"' ? strings.read(at) : at + 1;
    }
    return strings.found;
  }

  /** Reads what the quote here may begin; returns where the next one is looked for. */
  private int read(int quote) {
    int characters = 0;
    int at = quote + 1;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        return closed(new Span(quote + 1, at), characters);
      }
      int last = c == '\\' ? at + 1 : at;
      if (c == '\n' || !isEscapable(at, last)) {
        return at + 1;
      }
      at = last + Character.charCount(Character.codePointAt(text, last));
      characters++;
    }
    return at;
  }

  private int closed(Span inside, int characters) {
    if (characters < SHORTEST) {
      return inside.end();
    }
    found.add(inside);
    return inside.end() + 1;
  }

  /** Whether a backslash, where there is one, has something behind it that it may escape. */
  private boolean isEscapable(int at, int last) {
    return at == last || (last < text.length() && LINE_ENDS.indexOf(text.charAt(last)) < 0);
  }
}
