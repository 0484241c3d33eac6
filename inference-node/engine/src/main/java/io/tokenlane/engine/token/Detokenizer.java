package io.tokenlane.engine.token;

import java.util.Arrays;

/**
 * Turns a stream of token ids into text, never giving out half a character.
 *
 * <p>Bytes that form no UTF-8 become one U+FFFD per maximal subpart of an ill-formed sequence (The
 * Unicode Standard, section 3.9, table 3-8), so that the text does not depend on how the bytes are
 * spread over tokens. Not thread-safe.
 */
public final class Detokenizer {
  private static final byte[] NONE = new byte[0];

  private final Tokenizer tokenizer;
  private final boolean showControl;
  private byte[] held = NONE;

  /** Control tokens give no text. */
  public Detokenizer(Tokenizer tokenizer) {
    this(tokenizer, false);
  }

  /**
   * @param showControl whether control tokens give their text
   */
  public Detokenizer(Tokenizer tokenizer, boolean showControl) {
    this.tokenizer = tokenizer;
    this.showControl = showControl;
  }

  /**
   * The text that the next token completes; empty if none.
   *
   * @throws IndexOutOfBoundsException if the id is not in the vocabulary
   */
  public String accept(int id) {
    if (!showControl && tokenizer.isControl(id)) {
      return "";
    }
    byte[] bytes = concat(held, tokenizer.bytes(id));
    int complete = bytes.length - Utf8.incompleteTail(bytes);
    held = Arrays.copyOfRange(bytes, complete, bytes.length);
    return Utf8.decode(bytes, 0, complete);
  }

  /** The rest: U+FFFD if a character was left incomplete. Starts afresh. */
  public String finish() {
    String rest = Utf8.decode(held, 0, held.length);
    held = NONE;
    return rest;
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    if (head.length == 0) {
      return tail;
    }
    byte[] joined = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, joined, head.length, tail.length);
    return joined;
  }
}
