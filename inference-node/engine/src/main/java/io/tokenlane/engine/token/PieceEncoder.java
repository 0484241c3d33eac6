package io.tokenlane.engine.token;

/** Turns pieces of text into ids. Keeps buffers; for one thread. */
interface PieceEncoder {

  /** Appends the ids of a piece of text without unpaired surrogates. */
  void text(String text, int from, int to, IntList ids);

  /** Appends the ids of arbitrary bytes. */
  void bytes(byte[] bytes, int from, int to, IntList ids);
}
