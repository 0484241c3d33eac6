package io.tokenlane.engine.token;

import java.util.OptionalInt;

/** Maps text to token ids and token ids to bytes. Immutable and safe for use by many threads. */
public interface Tokenizer {

  /** Number of ids; valid ids are {@code 0 .. vocabularySize() - 1}. */
  int vocabularySize();

  /**
   * Encodes UTF-8 text. No begin-of-sequence token is added; see {@link #promptStart()}.
   *
   * @param specials whether the text of special tokens (such as {@code <|im_start|>}) becomes their
   *     id or is encoded as ordinary text. Rendered chat templates parse; user text must not.
   */
  int[] encode(String text, Specials specials);

  /** Encodes arbitrary bytes, which need not be valid UTF-8; {@code bytes(encode(b))} gives b. */
  int[] encode(byte[] bytes);

  /**
   * The bytes that a token stands for; a part of a multi-byte character is possible. Control tokens
   * give the UTF-8 bytes of their text.
   *
   * @throws IndexOutOfBoundsException if the id is not in the vocabulary
   */
  byte[] bytes(int id);

  /** Whether the token is a control token, whose text is not part of an answer. */
  boolean isControl(int id);

  /** The id of the token with exactly this text (special or ordinary), if there is one. */
  OptionalInt id(String token);

  /** The first token of every prompt, where the model was trained with one. */
  OptionalInt beginOfSequence();

  /** All tokens that start every prompt; some models have two. */
  default int[] promptStart() {
    return beginOfSequence().stream().toArray();
  }

  /** The tokens that end every prompt; of decoders hardly one has any. */
  default int[] promptEnd() {
    return new int[0];
  }

  /** How the text of special tokens inside a text is read. */
  enum Specials {
    /** Special tokens are recognised. */
    PARSE,
    /**
     * Control tokens are ordinary text. Added tokens that are not special (such as {@code <think>}
     * in some vocabularies) are still recognised, as the reference implementations do.
     */
    AS_TEXT
  }
}
