package io.tokenlane.engine.token;

/** A vocabulary and how a piece of text becomes tokens of it. */
public abstract sealed class SubwordModel permits BpeModel, UnigramModel {

  abstract Vocabulary vocabulary();

  /** Whether tokens are written in the characters that stand for bytes. */
  abstract boolean isByteLevel();

  /** What the vocabulary writes a space as: mostly U+2581. */
  abstract char space();

  /** A new encoder, for one thread. */
  abstract PieceEncoder encoder();
}
