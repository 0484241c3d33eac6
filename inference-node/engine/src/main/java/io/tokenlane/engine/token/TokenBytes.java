package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What tokens stand for. */
final class TokenBytes {
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-F]{2}>");

  private final boolean byteLevel;
  private final char space;
  private final PackedBytes bytes;

  TokenBytes(SubwordModel model) {
    byteLevel = model.isByteLevel();
    space = model.space();
    Vocabulary vocabulary = model.vocabulary();
    bytes = new PackedBytes(vocabulary.size(), id -> bytesOf(vocabulary, id));
  }

  private byte[] bytesOf(Vocabulary vocabulary, int id) {
    AddedToken added = vocabulary.added(id);
    return added != null
        ? added.content().getBytes(StandardCharsets.UTF_8)
        : ordinary(vocabulary.token(id));
  }

  private byte[] ordinary(String token) {
    if (byteLevel) {
      byte[] decoded = ByteLevel.decode(token);
      return decoded == null ? token.getBytes(StandardCharsets.UTF_8) : decoded;
    } else if (isByte(token)) {
      return new byte[] {(byte) Integer.parseInt(token, 3, 5, 16)};
    }
    return token.replace(space, ' ').getBytes(StandardCharsets.UTF_8);
  }

  /** Whether a token of a vocabulary of characters stands for a byte. */
  static boolean isByte(String token) {
    return token.length() == 6 && BYTE.matcher(token).matches();
  }

  /** A copy of the bytes of a token. */
  byte[] of(int id) {
    return bytes.get(id);
  }

  /** Text in the writing of the model's files. */
  String asWritten(String text) {
    return byteLevel ? ByteLevel.encode(Utf8.encode(text)) : text.replace(' ', space);
  }
}
