package io.tokenlane.compress;

/** Counts the tokens of a text in one encoding. Safe on any number of threads. */
public interface TokenCounter {
  /** Name of the encoding, such as {@code o200k_base}. */
  String encoding();

  /** Tokens of the text as plain text: markers of special tokens count as ordinary characters. */
  int count(String text);
}
