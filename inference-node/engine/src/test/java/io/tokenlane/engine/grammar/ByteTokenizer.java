package io.tokenlane.engine.grammar;

import io.tokenlane.engine.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A vocabulary for tests: an end token, control tokens, every byte, then texts. */
final class ByteTokenizer implements Tokenizer {
  static final int END = 0;

  private static final List<String> CONTROLS = List.of("<|end|>", "[CALLS]", "<tool>");
  private static final List<String> TEXTS =
      List.of(
          "{\"",
          "\":",
          "\": ",
          "\",\"",
          "\", \"",
          "\"}",
          "\"},{\"",
          "[{\"",
          "[[",
          "]]",
          "}}",
          "{}",
          "[]",
          "true",
          "false",
          "null",
          " \"",
          "\\\"",
          "\\u00",
          "\\n",
          "  ",
          "    ",
          "\n  ",
          "00",
          "123",
          "2024-",
          "-1",
          "1.5",
          "e+",
          "name",
          "na",
          "me\"",
          "age",
          "the ",
          "hello",
          "world",
          "a\"",
          "é",
          "日本",
          "😀",
          "a😀b",
          "\"a\":",
          "\":\"",
          "\":[",
          "\":{\"",
          ",\n",
          "<tool>",
          "</think>",
          "://",
          "@a.",
          "T12:",
          "abc",
          "ab",
          "b",
          "(",
          "\u0001",
          "\"\"",
          "]}",
          "}]");

  private final List<byte[]> tokens = new ArrayList<>();

  ByteTokenizer() {
    CONTROLS.forEach(text -> tokens.add(text.getBytes(StandardCharsets.UTF_8)));
    for (int value = 0; value < 256; value++) {
      tokens.add(new byte[] {(byte) value});
    }
    TEXTS.forEach(text -> tokens.add(text.getBytes(StandardCharsets.UTF_8)));
    tokens.add(new byte[] {'a', (byte) 0xE6, (byte) 0x97});
  }

  @Override
  public int vocabularySize() {
    return tokens.size();
  }

  @Override
  public int[] encode(String text, Specials specials) {
    return encode(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int[] encode(byte[] bytes) {
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = CONTROLS.size() + (bytes[i] & 0xFF);
    }
    return ids;
  }

  @Override
  public byte[] bytes(int id) {
    return tokens.get(id).clone();
  }

  @Override
  public boolean isControl(int id) {
    return id < CONTROLS.size();
  }

  @Override
  public OptionalInt id(String token) {
    int id = CONTROLS.indexOf(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public OptionalInt beginOfSequence() {
    return OptionalInt.empty();
  }
}
