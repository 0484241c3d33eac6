package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes, each a token. Some vocabularies lack bytes, mostly those that UTF-8 never has: they are
 * left out of what is encoded, as the reference implementations do.
 */
final class ByteAlphabet implements Alphabet {
  private final int[] idOfByte;

  /**
   * @throws TokenizerException if the vocabulary has no token for any byte
   */
  ByteAlphabet(Vocabulary vocabulary) {
    idOfByte = new int[256];
    for (int b = 0; b < 256; b++) {
      idOfByte[b] = vocabulary.find(String.valueOf(ByteLevel.character(b)));
    }
    if (Arrays.stream(idOfByte).allMatch(id -> id < 0)) {
      throw new TokenizerException(
          "vocabulary: no token for any byte (expected: one for each, such as %s for 0x00)"
              .formatted(ByteLevel.character(0)));
    }
  }

  @Override
  public void symbols(String text, int from, int to, IntList symbols) {
    int i = from;
    while (i < to && text.charAt(i) < 0x80) {
      add(idOfByte[text.charAt(i++)], symbols);
    }
    if (i < to) {
      byte[] bytes = text.substring(i, to).getBytes(StandardCharsets.UTF_8);
      symbols(bytes, 0, bytes.length, symbols);
    }
  }

  @Override
  public void symbols(byte[] bytes, int from, int to, IntList symbols) {
    for (int i = from; i < to; i++) {
      add(idOfByte[bytes[i] & 0xFF], symbols);
    }
  }

  private static void add(int id, IntList symbols) {
    if (id >= 0) {
      symbols.add(id);
    }
  }

  @Override
  public void ids(int symbol, IntList ids) {
    ids.add(symbol);
  }
}
