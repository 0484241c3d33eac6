package io.tokenlane.compress;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A regular way to lay out JSON, such as every common printer has one: members on lines of their
 * own, indented by a unit per level, or all on one line with a blank after colons, commas or both.
 * Empty containers are {@code {}} and {@code []}. Values, escapes, numbers and key order are
 * untouched.
 *
 * @param lines members on their own lines; otherwise indent and base are 0
 * @param indent tabs or blanks per level, 0 to 16
 * @param base tabs or blanks before the lines after the first, 0 to 255
 */
record JsonStyle(
    boolean lines,
    boolean crlf,
    boolean tabs,
    boolean colonBlank,
    boolean commaBlank,
    int indent,
    int base) {
  private static final int WIDEST_INDENT = 16;
  private static final int DEEPEST_BASE = 255;

  /** The block without the white space between its tokens. */
  static String minify(String block) {
    StringBuilder out = new StringBuilder(block.length());
    boolean quoted = false;
    for (int i = 0; i < block.length(); i++) {
      char c = block.charAt(i);
      if (quoted && c == '\\') {
        out.append(c).append(block.charAt(++i));
        continue;
      }
      quoted ^= c == '"';
      if (quoted || !isBlank(c)) {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  /** The style in which the minified block prints as the block, or null if there is none. */
  static @Nullable JsonStyle of(String block, String minified) {
    int newline = block.indexOf('\n');
    for (int blanks = 0; blanks < 4; blanks++) {
      boolean colon = (blanks & 1) == 0;
      boolean comma = (blanks & 2) == 0;
      JsonStyle style =
          newline < 0
              ? new JsonStyle(false, false, false, colon, comma, 0, 0)
              : lines(block, newline, colon, comma);
      if (style == null) {
        return null;
      }
      if (style.prints(minified, block)) {
        return style;
      }
    }
    return null;
  }

  private static @Nullable JsonStyle lines(
      String block, int newline, boolean colon, boolean comma) {
    int first = newline + 1;
    int deep = 0;
    boolean tabs = block.charAt(first) == '\t';
    char unit = tabs ? '\t' : ' ';
    while (block.charAt(first + deep) == unit) {
      deep++;
    }
    int base = 0;
    while (block.charAt(block.length() - 2 - base) == unit) {
      base++;
    }
    if (deep < base || deep - base > WIDEST_INDENT || base > DEEPEST_BASE) {
      return null;
    }
    boolean crlf = newline > 0 && block.charAt(newline - 1) == '\r';
    return new JsonStyle(true, crlf, tabs, colon, comma, deep - base, base);
  }

  private boolean prints(String minified, String block) {
    JsonPrinter printer = new JsonPrinter(this, block.length());
    return printer.print(minified) && printer.result().equals(block);
  }

  /** The block that {@link #minify} made this of. */
  String print(String minified) {
    JsonPrinter printer = new JsonPrinter(this, Integer.MAX_VALUE);
    printer.print(minified);
    return printer.result();
  }

  void write(ByteBuffer out) {
    int flags =
        1
            | (lines ? 2 : 0)
            | (crlf ? 4 : 0)
            | (tabs ? 8 : 0)
            | (colonBlank ? 16 : 0)
            | (commaBlank ? 32 : 0);
    out.put((byte) flags);
    if (lines) {
      out.put((byte) indent).put((byte) base);
    }
  }

  /** Reads what {@link #write} wrote; null if the block was left as it is. */
  static @Nullable JsonStyle read(ByteBuffer in) {
    int flags = in.get();
    if (flags == 0) {
      return null;
    }
    boolean lines = (flags & 2) != 0;
    int indent = lines ? Math.min(WIDEST_INDENT, in.get() & 0xff) : 0;
    int base = lines ? in.get() & 0xff : 0;
    return new JsonStyle(
        lines,
        (flags & 4) != 0,
        (flags & 8) != 0,
        (flags & 16) != 0,
        (flags & 32) != 0,
        indent,
        base);
  }
}
