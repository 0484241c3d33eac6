package io.tokenlane.engine.grammar;

import io.tokenlane.engine.grammar.Expr.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Ranges of characters as ranges of bytes (The Unicode Standard, table 3-7, well-formed UTF-8 byte
 * sequences).
 */
final class Utf8Ranges {
  private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

  private Utf8Ranges() {}

  /** Every character beyond ASCII. */
  static Expr beyondAscii() {
    List<Expr> options = new ArrayList<>();
    add(0x80, 0xD7FF, options);
    add(0xE000, 0x10FFFF, options);
    return Expr.choice(options);
  }

  /**
   * Adds the characters of a range, which holds no surrogates.
   *
   * @param low first code point
   * @param high last code point
   */
  static void add(int low, int high, List<Expr> options) {
    int from = low;
    for (int last : LAST_OF_LENGTH) {
      if (from <= Math.min(high, last)) {
        split(bytes(from), bytes(Math.min(high, last)), 0, options, new ArrayList<>());
        from = Math.min(high, last) + 1;
      }
    }
  }

  /** Encodings of one length between two, from the byte at this place on. */
  private static void split(int[] low, int[] high, int at, List<Expr> options, List<Expr> before) {
    if (at == low.length) {
      options.add(Expr.sequence(before.toArray(Expr[]::new)));
      return;
    }
    if (low[at] == high[at]) {
      split(low, high, at + 1, options, with(before, low[at], high[at]));
      return;
    }
    int first = low[at];
    int last = high[at];
    if (!allFrom(low, at + 1, 0x80)) {
      split(low, filled(low, at, 0xBF), at + 1, options, with(before, first, first));
      first++;
    }
    boolean open = !allFrom(high, at + 1, 0xBF);
    if (open) {
      last--;
    }
    if (first <= last) {
      int[] least = filled(low, at, 0x80);
      int[] most = filled(high, at, 0xBF);
      split(least, most, at + 1, options, with(before, first, last));
    }
    if (open) {
      split(filled(high, at, 0x80), high, at + 1, options, with(before, high[at], high[at]));
    }
  }

  private static List<Expr> with(List<Expr> before, int low, int high) {
    List<Expr> more = new ArrayList<>(before);
    more.add(new Bytes(low, high));
    return more;
  }

  private static boolean allFrom(int[] bytes, int at, int value) {
    for (int i = at; i < bytes.length; i++) {
      if (bytes[i] != value) {
        return false;
      }
    }
    return true;
  }

  private static int[] filled(int[] bytes, int at, int value) {
    int[] filled = bytes.clone();
    for (int i = at + 1; i < filled.length; i++) {
      filled[i] = value;
    }
    return filled;
  }

  private static int[] bytes(int codePoint) {
    if (codePoint < 0x80) {
      return new int[] {codePoint};
    } else if (codePoint < 0x800) {
      return new int[] {0xC0 | codePoint >> 6, continuation(codePoint)};
    } else if (codePoint < 0x10000) {
      return new int[] {
        0xE0 | codePoint >> 12, continuation(codePoint >> 6), continuation(codePoint)
      };
    }
    return new int[] {
      0xF0 | codePoint >> 18,
      continuation(codePoint >> 12),
      continuation(codePoint >> 6),
      continuation(codePoint)
    };
  }

  private static int continuation(int bits) {
    return 0x80 | (bits & 0x3F);
  }

  /** Length of the well-formed character beyond ASCII that begins there; 0 if there is none. */
  static int length(byte[] text, int at) {
    int lead = text[at] & 0xFF;
    int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || at + length > text.length) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if ((text[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = text[at + 1] & 0xFF;
    boolean refused =
        (lead == 0xE0 && second < 0xA0)
            || (lead == 0xED && second > 0x9F)
            || (lead == 0xF0 && second < 0x90)
            || (lead == 0xF4 && second > 0x8F);
    return refused ? 0 : length;
  }
}
