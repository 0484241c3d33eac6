package io.tokenlane.engine.token;

import java.util.List;

/** Splits text into pieces that are encoded each on its own. */
public interface PreTokenizer {

  /** The whole text as one piece. */
  PreTokenizer NONE = (text, from, to, sink) -> sink.piece(text, from, to);

  /** Splits a part of a text, not empty. */
  void split(String text, int from, int to, PieceSink sink);

  /** One that splits alike but neither adds nor drops a character. */
  default PreTokenizer exact() {
    return this;
  }

  /** The one for parts of a text that do not start it. */
  default PreTokenizer behindStart() {
    return this;
  }

  /** Each of these in turn, on the pieces of the one before. */
  static PreTokenizer sequence(List<PreTokenizer> steps) {
    return PreTokenizerSequence.of(steps);
  }
}
