package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Characters, as SentencePiece has them: a space is mostly written U+2581, and a character without
 * a token falls back to the tokens of its UTF-8 bytes ({@code <0x0A>}).
 *
 * <p>Where scores decide what merges, a character may be part of tokens without being one itself.
 * It gets a symbol beyond the vocabulary, so that it can merge; what is left of such symbols falls
 * back to bytes.
 */
final class CharacterAlphabet implements Alphabet {
  static final char SPACE = '\u2581';

  private final Map<Integer, Integer> symbolOfCharacter = new HashMap<>();
  private final Map<Integer, String> lone = new HashMap<>();
  private final Unknown unknown;
  private final int[] idOfByte;
  private final int vocabularySize;
  private final char space;

  private CharacterAlphabet(Vocabulary vocabulary, Unknown unknown, char space) {
    vocabularySize = vocabulary.size();
    this.unknown = unknown;
    this.space = space;
    idOfByte = unknown.byteIds(vocabulary);
  }

  /**
   * Of the characters that are tokens.
   *
   * @throws TokenizerException if nothing covers unknown characters
   */
  static CharacterAlphabet ofTokens(Vocabulary vocabulary, Unknown unknown, char space) {
    CharacterAlphabet alphabet = new CharacterAlphabet(vocabulary, unknown, space);
    for (int id = 0; id < vocabulary.size(); id++) {
      String token = vocabulary.token(id);
      if (vocabulary.isOrdinary(id) && token.codePointCount(0, token.length()) == 1) {
        alphabet.symbolOfCharacter.put(token.codePointAt(0), id);
      }
    }
    return alphabet;
  }

  /**
   * Of the characters that are parts of tokens.
   *
   * @throws TokenizerException if nothing covers unknown characters
   */
  static CharacterAlphabet ofParts(Vocabulary vocabulary, Unknown unknown) {
    CharacterAlphabet alphabet = new CharacterAlphabet(vocabulary, unknown, SPACE);
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.isOrdinary(id)) {
        vocabulary.token(id).codePoints().forEach(c -> alphabet.addCharacter(c, vocabulary));
      }
    }
    return alphabet;
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

  /**
   * The symbol of a text of one character or of a token that something merges from; -1 if there is
   * none. An added token of one character is a symbol from then on: Gemma's line feed is one, and
   * merges to longer tokens.
   *
   * @param tokens finds the id of a token
   */
  int symbol(String text, ToIntFunction<String> tokens) {
    if (text.codePointCount(0, text.length()) != 1) {
      return tokens.applyAsInt(text);
    }
    int character = text.codePointAt(0);
    Integer known = symbolOfCharacter.get(character);
    if (known != null) {
      return known;
    }
    int id = tokens.applyAsInt(text);
    if (id >= 0) {
      symbolOfCharacter.put(character, id);
    }
    return id;
  }

  @Override
  public void symbols(String text, int from, int to, IntList symbols) {
    boolean wasUnknown = false;
    for (int i = from; i < to; ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      int symbol = symbolOfCharacter.getOrDefault(character == ' ' ? space : character, -1);
      if (symbol >= 0) {
        symbols.add(symbol);
        wasUnknown = false;
      } else if (!byteSymbols(Character.toString(character), symbols)) {
        addUnknown(wasUnknown, symbols);
        wasUnknown = true;
      }
    }
  }

  @Override
  public void symbols(byte[] bytes, int from, int to, IntList symbols) {
    if (!byteSymbols(bytes, from, to, symbols)) {
      addUnknown(false, symbols);
    }
  }

  private void addUnknown(boolean again, IntList symbols) {
    if (unknown.id() >= 0 && !(again && unknown.fused())) {
      symbols.add(unknown.id());
    }
  }

  private boolean byteSymbols(String text, IntList symbols) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return byteSymbols(bytes, 0, bytes.length, symbols);
  }

  /** Appends the tokens of bytes, if each has one. */
  private boolean byteSymbols(byte[] bytes, int from, int to, IntList symbols) {
    for (int i = from; i < to; i++) {
      if (idOfByte[bytes[i] & 0xFF] < 0) {
        return false;
      }
    }
    for (int i = from; i < to; i++) {
      symbols.add(idOfByte[bytes[i] & 0xFF]);
    }
    return true;
  }

  @Override
  public void ids(int symbol, IntList ids) {
    if (symbol < vocabularySize) {
      ids.add(symbol);
    } else {
      String text = lone.getOrDefault(symbol, "");
      if (!byteSymbols(text, ids)) {
        addUnknown(false, ids);
      }
    }
  }
}
