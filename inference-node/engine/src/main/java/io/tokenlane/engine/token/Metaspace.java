package io.tokenlane.engine.token;

/**
 * Writes spaces as another character and splits before it, as Hugging Face tokenizers' {@code
 * Metaspace}.
 *
 * @param replacement what a space is written as
 * @param prefix where such a character is put before a text that starts with none
 * @param split whether pieces start at each of them
 */
public record Metaspace(char replacement, Prefix prefix, boolean split) implements PreTokenizer {

  /** Where the text gets a space before it. */
  public enum Prefix {
    /** Before every part. */
    ALWAYS,
    /** Before what the text starts with. */
    FIRST,
    /** Nowhere. */
    NEVER
  }

  @Override
  public void split(String text, int from, int to, PieceSink sink) {
    String part = text.substring(from, to).replace(' ', replacement);
    boolean prefixed = prefix != Prefix.NEVER && part.charAt(0) != replacement;
    String whole = prefixed ? replacement + part : part;
    if (!split) {
      sink.piece(whole, 0, whole.length());
      return;
    }
    int start = 0;
    for (int i = 1; i < whole.length(); i++) {
      if (whole.charAt(i) == replacement) {
        sink.piece(whole, start, i);
        start = i;
      }
    }
    sink.piece(whole, start, whole.length());
  }

  @Override
  public PreTokenizer exact() {
    return NONE;
  }

  @Override
  public PreTokenizer behindStart() {
    return prefix == Prefix.FIRST ? new Metaspace(replacement, Prefix.NEVER, split) : this;
  }
}
