package io.tokenlane.engine.token;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The printable characters that stand for bytes in byte-level vocabularies (GPT-2's table): the
 * printable ones of Latin-1 stand for themselves, the others follow from U+0100 on.
 */
final class ByteLevel {
  private static final char[] CHARACTERS = new char[256];
  private static final short[] BYTES = new short[0x200];

  static {
    Arrays.fill(BYTES, (short) -1);
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xFF && b != 0xAD);
      CHARACTERS[b] = printable ? (char) b : next++;
      BYTES[CHARACTERS[b]] = (short) b;
    }
  }

  private ByteLevel() {}

  /** The character that stands for a byte. */
  static char character(int b) {
    return CHARACTERS[b & 0xFF];
  }

  /** The characters that stand for bytes. */
  static String encode(byte[] bytes) {
    char[] characters = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      characters[i] = character(bytes[i]);
    }
    return new String(characters);
  }

  /** The bytes that characters stand for; null if one of them stands for none. */
  static byte @Nullable [] decode(String characters) {
    byte[] bytes = new byte[characters.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = characters.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return null;
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }
}
