package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Characters, as SentencePiece has them: a space is written U+2581, and a character without a token
 * falls back to the tokens of its UTF-8 bytes ({@code <0x0A>}).
 *
 * <p>A character may be part of tokens without being one itself. It gets a symbol beyond the
 * vocabulary, so that it can merge; what is left of such symbols falls back to bytes.
 */
final class CharacterAlphabet implements Alphabet {
  static final char SPACE = '\u2581';

  private final Map<Integer, Integer> symbolOfCharacter = new HashMap<>();
  private final Map<Integer, String> lone = new HashMap<>();
  private final int[] idOfByte = new int[256];
  private final int vocabularySize;

  /**
   * @throws TokenizerException if the vocabulary lacks the token of a byte
   */
  CharacterAlphabet(Vocabulary vocabulary) {
    vocabularySize = vocabulary.size();
    for (int b = 0; b < 256; b++) {
      String token = "<0x%02X>".formatted(b);
      idOfByte[b] = vocabulary.find(token);
      if (idOfByte[b] < 0) {
        throw new TokenizerException(
            "vocabulary: no token " + token + " (expected: one for each of 256 bytes)");
      }
    }
    for (int id = 0; id < vocabularySize; id++) {
      if (vocabulary.isOrdinary(id)) {
        vocabulary.token(id).codePoints().forEach(c -> addCharacter(c, vocabulary));
      }
    }
  }

  private void addCharacter(int character, Vocabulary vocabulary) {
    if (symbolOfCharacter.containsKey(character)) {
      return;
    }
    String text = Character.toString(character);
    int id = vocabulary.find(text);
    if (id < 0) {
      id = vocabularySize + lone.size();
      lone.put(id, text);
    }
    symbolOfCharacter.put(character, id);
  }

  /** The symbol of a text of one character or of a token; -1 if there is none. */
  int symbol(String text, Vocabulary vocabulary) {
    if (text.codePointCount(0, text.length()) == 1) {
      return symbolOfCharacter.getOrDefault(text.codePointAt(0), -1);
    }
    return vocabulary.findOrdinary(text);
  }

  @Override
  public void symbols(String text, int from, int to, IntList symbols) {
    for (int i = from; i < to; ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      int symbol = symbolOfCharacter.getOrDefault(character == ' ' ? SPACE : character, -1);
      if (symbol >= 0) {
        symbols.add(symbol);
      } else {
        byteSymbols(Character.toString(character), symbols);
      }
    }
  }

  @Override
  public void symbols(byte[] bytes, int from, int to, IntList symbols) {
    for (int i = from; i < to; i++) {
      symbols.add(idOfByte[bytes[i] & 0xFF]);
    }
  }

  private void byteSymbols(String text, IntList symbols) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    symbols(bytes, 0, bytes.length, symbols);
  }

  @Override
  public void ids(int symbol, IntList ids) {
    if (symbol < vocabularySize) {
      ids.add(symbol);
    } else {
      byteSymbols(lone.getOrDefault(symbol, ""), ids);
    }
  }
}
