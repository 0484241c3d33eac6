package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;

/** Bytes: every byte is a token, so every text has ids. */
final class ByteAlphabet implements Alphabet {
  private final int[] idOfByte;

  /**
   * @throws TokenizerException if the vocabulary lacks a byte
   */
  ByteAlphabet(Vocabulary vocabulary) {
    idOfByte = new int[256];
    for (int b = 0; b < 256; b++) {
      String token = String.valueOf(ByteLevel.character(b));
      idOfByte[b] = vocabulary.find(token);
      if (idOfByte[b] < 0) {
        throw new TokenizerException(
            "vocabulary: no token %s for byte 0x%02X (expected: one for each of 256 bytes)"
                .formatted(token, b));
      }
    }
  }

  @Override
  public void symbols(String text, int from, int to, IntList symbols) {
    int i = from;
    while (i < to && text.charAt(i) < 0x80) {
      symbols.add(idOfByte[text.charAt(i++)]);
    }
    if (i < to) {
      byte[] bytes = text.substring(i, to).getBytes(StandardCharsets.UTF_8);
      symbols(bytes, 0, bytes.length, symbols);
    }
  }

  @Override
  public void symbols(byte[] bytes, int from, int to, IntList symbols) {
    for (int i = from; i < to; i++) {
      symbols.add(idOfByte[bytes[i] & 0xFF]);
    }
  }

  @Override
  public void ids(int symbol, IntList ids) {
    ids.add(symbol);
  }
}
