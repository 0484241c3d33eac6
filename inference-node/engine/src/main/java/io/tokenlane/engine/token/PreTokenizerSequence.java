package io.tokenlane.engine.token;

import java.util.List;

/** Two pre-tokenizers, the second on the pieces of the first. */
record PreTokenizerSequence(PreTokenizer first, PreTokenizer second) implements PreTokenizer {

  static PreTokenizer of(List<PreTokenizer> steps) {
    return steps.stream().reduce(PreTokenizerSequence::new).orElse(NONE);
  }

  @Override
  public void split(String text, int from, int to, PieceSink sink) {
    first.split(text, from, to, (part, start, end) -> second.split(part, start, end, sink));
  }

  @Override
  public PreTokenizer behindStart() {
    return new PreTokenizerSequence(first.behindStart(), second.behindStart());
  }

  @Override
  public PreTokenizer exact() {
    return new PreTokenizerSequence(first.exact(), second.exact());
  }
}
