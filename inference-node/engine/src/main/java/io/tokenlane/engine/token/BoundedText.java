package io.tokenlane.engine.token;

/**
 * A text that a regular expression of a model's file may look at only so often: a hostile
 * expression can take exponential time.
 */
final class BoundedText implements CharSequence {
  private static final long LOOKS_EACH = 5_000;
  private static final long LOOKS_AT_LEAST = 100_000;

  private final String text;
  private long looksLeft;

  BoundedText(String text) {
    this.text = text;
    looksLeft = LOOKS_AT_LEAST + LOOKS_EACH * text.length();
  }

  @Override
  public char charAt(int index) {
    if (--looksLeft < 0) {
      throw new TokenizerException(
          "regex: over %d looks at each character (expected: a simpler expression)"
              .formatted(LOOKS_EACH));
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
