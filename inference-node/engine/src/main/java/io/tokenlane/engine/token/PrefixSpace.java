package io.tokenlane.engine.token;

/** Puts a space before a part that starts with none. */
public enum PrefixSpace implements PreTokenizer {
  INSTANCE;

  @Override
  public void split(String text, int from, int to, PieceSink sink) {
    if (text.charAt(from) == ' ') {
      sink.piece(text, from, to);
    } else {
      sink.piece(" " + text.substring(from, to), 0, to - from + 1);
    }
  }

  @Override
  public PreTokenizer exact() {
    return NONE;
  }
}
