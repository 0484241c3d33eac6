package io.tokenlane.compress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Fenced code blocks (CommonMark 0.31, section 4.5): from a line opening with three or more
 * backticks or tildes to the end of the line that closes with as many, or to the end of the text. A
 * fence that says it holds JSON holds data, not code, and is left out.
 */
final class Fences {
  private static final int SHORTEST = 3;
  private static final int DEEPEST_INDENT = 3;

  private Fences() {}

  static List<Span> code(String text) {
    List<Span> fences = new ArrayList<>();
    int line = 0;
    while (line < text.length()) {
      int end = endOfLine(text, line);
      int length = fence(text, line, end);
      if (length == 0) {
        line = end;
        continue;
      }
      int close = closing(text, end, length, text.charAt(indented(text, line)));
      if (!isJson(text.substring(line, end))) {
        fences.add(new Span(line, close));
      }
      line = close;
    }
    return fences;
  }

  /** End of the closing fence's line. */
  private static int closing(String text, int from, int length, char mark) {
    int line = from;
    while (line < text.length()) {
      int end = endOfLine(text, line);
      int start = indented(text, line);
      if (fence(text, line, end) >= length
          && text.charAt(start) == mark
          && text.substring(start + fence(text, line, end), end).isBlank()) {
        return end;
      }
      line = end;
    }
    return text.length();
  }

  private static boolean isJson(String opening) {
    String info = opening.strip();
    return info.substring(fence(info, 0, info.length()))
        .strip()
        .toLowerCase(Locale.ROOT)
        .equals("json");
  }

  /** Length of the run of fence marks that the line starts with; 0 if it is no fence. */
  private static int fence(String text, int line, int end) {
    int start = indented(text, line);
    if (start >= end || start - line > DEEPEST_INDENT) {
      return 0;
    }
    char mark = text.charAt(start);
    int i = start;
    while (i < end && text.charAt(i) == mark) {
      i++;
    }
    return (mark == '`' || mark == '~') && i - start >= SHORTEST ? i - start : 0;
  }

  private static int indented(String text, int line) {
    int i = line;
    while (i < text.length() && text.charAt(i) == ' ') {
      i++;
    }
    return i;
  }

  private static int endOfLine(String text, int from) {
    int newline = text.indexOf('\n', from);
    return newline < 0 ? text.length() : newline + 1;
  }
}
