package io.tokenlane.engine.token;

import java.util.List;

/** Two pre-tokenizers, the second on the pieces of the first. */
record PreTokenizerSequence(PreTokenizer first, PreTokenizer second) implements PreTokenizer {

  static PreTokenizer of(List<PreTokenizer> steps) {
    return steps.stream().reduce(PreTokenizerSequence::new).orElse(NONE);
  }

  @Override
  public void split(String text, int from, int to, PieceSink sink) {
    first.split(text, from, to, new Following(sink));
  }

  /** Gives the second what the first made: its first piece as the start of the text, if it was. */
  private final class Following implements PieceSink {
    private final PieceSink sink;
    private PreTokenizer next = second;

    Following(PieceSink sink) {
      this.sink = sink;
    }

    @Override
    public void piece(String text, int from, int to) {
      next.split(text, from, to, sink);
      next = second.behindStart();
    }
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
