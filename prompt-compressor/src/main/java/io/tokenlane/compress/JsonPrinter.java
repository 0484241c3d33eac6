package io.tokenlane.compress;

/** Prints minified JSON in a style. */
final class JsonPrinter {
  private final JsonStyle style;
  private final int limit;
  private final StringBuilder out = new StringBuilder();
  private int depth;

  /**
   * @param limit the length at which to give up
   */
  JsonPrinter(JsonStyle style, int limit) {
    this.style = style;
    this.limit = limit;
  }

  String result() {
    return out.toString();
  }

  /** False if the result grew beyond the limit. */
  boolean print(String minified) {
    int i = 0;
    while (i < minified.length() && out.length() <= limit) {
      char c = minified.charAt(i);
      if (c == '"') {
        int end = endOfString(minified, i);
        out.append(minified, i, end);
        i = end;
        continue;
      }
      boolean empty = i + 1 < minified.length() && isClosing(minified.charAt(i + 1));
      boolean wasEmpty = i > 0 && isOpening(minified.charAt(i - 1));
      structure(c, empty, wasEmpty);
      i++;
    }
    return out.length() <= limit;
  }

  private void structure(char c, boolean empty, boolean wasEmpty) {
    switch (c) {
      case '{', '[' -> {
        out.append(c);
        depth++;
        if (!empty) {
          line();
        }
      }
      case '}', ']' -> {
        depth--;
        if (!wasEmpty) {
          line();
        }
        out.append(c);
      }
      case ',' -> {
        out.append(c);
        if (!style.lines() && style.commaBlank()) {
          out.append(' ');
        }
        line();
      }
      case ':' -> out.append(style.colonBlank() ? ": " : ":");
      default -> out.append(c);
    }
  }

  private void line() {
    if (style.lines()) {
      out.append(style.crlf() ? "\r\n" : "\n");
      out.repeat(style.tabs() ? '\t' : ' ', style.base() + depth * style.indent());
    }
  }

  private static int endOfString(String json, int start) {
    int i = start + 1;
    while (json.charAt(i) != '"') {
      i += json.charAt(i) == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  private static boolean isOpening(char c) {
    return c == '{' || c == '[';
  }

  private static boolean isClosing(char c) {
    return c == '}' || c == ']';
  }
}
