package io.tokenlane.engine.token;

/** The symbols that merging starts from. */
interface Alphabet {

  /** Appends the first symbols of a piece of text without unpaired surrogates. */
  void symbols(String text, int from, int to, IntList symbols);

  /** Appends the first symbols of arbitrary bytes. */
  void symbols(byte[] bytes, int from, int to, IntList symbols);

  /** Appends the ids that a symbol left after merging becomes. */
  void ids(int symbol, IntList ids);
}
