package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;

/** Well-formedness of UTF-8 (The Unicode Standard, section 3.9, table 3-7). */
final class Utf8 {
  private Utf8() {}

  /** UTF-8 of the text; unpaired surrogates become U+FFFD. */
  static byte[] encode(String text) {
    return repaired(text).getBytes(StandardCharsets.UTF_8);
  }

  /** The text with U+FFFD for every unpaired surrogate. */
  static String repaired(String text) {
    int bad = unpaired(text, 0);
    if (bad < 0) {
      return text;
    }
    StringBuilder fixed = new StringBuilder(text);
    for (; bad >= 0; bad = unpaired(text, bad + 1)) {
      fixed.setCharAt(bad, '\uFFFD');
    }
    return fixed.toString();
  }

  private static int unpaired(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean alone =
          Character.isHighSurrogate(c)
              ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
              : Character.isLowSurrogate(c)
                  && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
      if (alone) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The text of bytes, U+FFFD for each maximal subpart of an ill-formed sequence (table 3-8). The
   * JDK's own decoder joins the bytes of a UTF-8 surrogate into one.
   */
  static String decode(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    int start = from;
    for (int at = from; at < to; ) {
      int length = wellFormed(bytes, at, to);
      if (length == 0 || length < sequenceLength(bytes[at])) {
        text.append(new String(bytes, start, at - start, StandardCharsets.UTF_8)).append('\uFFFD');
        start = at + Math.max(1, length);
      }
      at += Math.max(1, length);
    }
    return text.append(new String(bytes, start, to - start, StandardCharsets.UTF_8)).toString();
  }

  /** Whether no sequence of well-formed text goes on at {@code at}. */
  static boolean isBoundary(byte[] text, int at) {
    return at == text.length || (text[at] & 0xC0) != 0x80;
  }

  /** Length of the unfinished but so far well-formed sequence at the end, 0 to 3. */
  static int incompleteTail(byte[] bytes) {
    for (int length = Math.min(3, bytes.length); length > 0; length--) {
      int start = bytes.length - length;
      if (length < sequenceLength(bytes[start])
          && wellFormed(bytes, start, bytes.length) == length) {
        return length;
      }
    }
    return 0;
  }

  /**
   * Number of bytes, from {@code start} and before {@code end}, of the longest start of a
   * well-formed sequence; 0 if the first byte starts none.
   */
  static int wellFormed(byte[] bytes, int start, int end) {
    int wanted = sequenceLength(bytes[start]);
    int length = Math.min(wanted, 1);
    while (length < wanted && start + length < end && follows(bytes, start, length)) {
      length++;
    }
    return length;
  }

  /** Length of the sequence that the byte starts; 0 if it starts none. */
  static int sequenceLength(byte first) {
    int b = first & 0xFF;
    if (b < 0x80) {
      return 1;
    } else if (b < 0xC2) {
      return 0;
    } else if (b < 0xE0) {
      return 2;
    } else if (b < 0xF0) {
      return 3;
    }
    return b < 0xF5 ? 4 : 0;
  }

  private static boolean follows(byte[] bytes, int start, int index) {
    int b = bytes[start + index] & 0xFF;
    if (index > 1) {
      return b >= 0x80 && b <= 0xBF;
    }
    return switch (bytes[start] & 0xFF) {
      case 0xE0 -> b >= 0xA0 && b <= 0xBF;
      case 0xED -> b >= 0x80 && b <= 0x9F;
      case 0xF0 -> b >= 0x90 && b <= 0xBF;
      case 0xF4 -> b >= 0x80 && b <= 0x8F;
      default -> b >= 0x80 && b <= 0xBF;
    };
  }
}
