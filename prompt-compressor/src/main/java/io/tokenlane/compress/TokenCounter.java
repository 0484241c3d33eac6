package io.tokenlane.compress;

/** Counts the tokens of a text in one encoding. Safe on any number of threads. */
public interface TokenCounter {
  /** Name of the encoding, such as {@code o200k_base}. */
  String encoding();

  /** Tokens of the text as plain text: markers of special tokens count as ordinary characters. */
  int count(String text);

  /** Whether {@link #count} counts at once; otherwise its first call loads what it needs. */
  default boolean isReady() {
    return true;
  }

  /**
   * How rare a word is: the place of its token in a vocabulary that begins with what its training
   * text held most often, so a measure of self-information (Zipf 1949: the logarithm of the place).
   *
   * @param word with the blank before it
   * @return ≥ 0; {@link Integer#MAX_VALUE} for what is more than one token, or unknown
   */
  default int rarity(String word) {
    return Integer.MAX_VALUE;
  }
}
