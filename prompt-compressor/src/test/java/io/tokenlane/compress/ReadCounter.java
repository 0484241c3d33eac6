package io.tokenlane.compress;

/** A text that counts how often a unit of it is read. */
final class ReadCounter implements CharSequence {
  private final String text;
  private long reads;

  ReadCounter(String text) {
    this.text = text;
  }

  long reads() {
    return reads;
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    reads++;
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
