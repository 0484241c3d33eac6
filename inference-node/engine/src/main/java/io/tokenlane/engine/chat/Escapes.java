package io.tokenlane.engine.chat;

/** Python's escapes in string literals. */
final class Escapes {
  private final String text;
  private final int line;
  private final StringBuilder value = new StringBuilder();
  private int position;

  private Escapes(String text, int line) {
    this.text = text;
    this.line = line;
  }

  /** The value of a literal's inside. */
  static String unescape(String text, int line) {
    return text.indexOf('\\') < 0 ? text : new Escapes(text, line).run();
  }

  private String run() {
    while (position < text.length()) {
      char next = text.charAt(position++);
      if (next != '\\' || position == text.length()) {
        value.append(next);
      } else {
        escape(text.charAt(position++));
      }
    }
    return value.toString();
  }

  private void escape(char kind) {
    switch (kind) {
      case '\n' -> {}
      case '\\', '\'', '"' -> value.append(kind);
      case 'a' -> value.append('\u0007');
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'n' -> value.append('\n');
      case 'r' -> value.append('\r');
      case 't' -> value.append('\t');
      case 'v' -> value.append('\u000B');
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      case 'N' -> named();
      default -> octalOrPlain(kind);
    }
  }

  private void hex(int digits) {
    int end = position + digits;
    if (end > text.length() || !text.substring(position, end).matches("[0-9a-fA-F]+")) {
      throw malformed("escape with fewer than " + digits + " hexadecimal digits");
    }
    codePoint(Long.parseLong(text, position, end, 16));
    position = end;
  }

  private void named() {
    int end = text.indexOf('}', position);
    if (end < 0 || text.charAt(position) != '{') {
      throw malformed("malformed \\N{...} escape");
    }
    try {
      codePoint(Character.codePointOf(text.substring(position + 1, end)));
    } catch (IllegalArgumentException e) {
      throw malformed("unknown character name " + text.substring(position, end + 1));
    }
    position = end + 1;
  }

  private void octalOrPlain(char first) {
    if (first < '0' || first > '7') {
      value.append('\\').append(first);
      return;
    }
    int code = first - '0';
    for (int i = 0; i < 2 && position < text.length() && isOctal(text.charAt(position)); i++) {
      code = code * 8 + (text.charAt(position++) - '0');
    }
    codePoint(code);
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }

  private void codePoint(long code) {
    if (code > Character.MAX_CODE_POINT) {
      throw malformed("escape beyond U+10FFFF");
    }
    value.appendCodePoint((int) code);
  }

  private TemplateException malformed(String what) {
    return new TemplateException("template, line " + line + ": " + what);
  }
}
