package io.tokenlane.engine.grammar;

/**
 * How long the words of an expression are, in bytes; of one that only writes ASCII without escapes,
 * as formats do, in characters too.
 *
 * @param least of the shortest word
 * @param most of the longest; {@link Expr.Repeat#UNBOUNDED} for no bound
 */
record ContentLength(long least, long most) {
  static final ContentLength NONE = new ContentLength(0, 0);
  static final ContentLength ONE = new ContentLength(1, 1);
  static final ContentLength ANY = new ContentLength(0, Expr.Repeat.UNBOUNDED);

  /** Of the words with those of the other behind them. */
  ContentLength then(ContentLength other) {
    return new ContentLength(bounded(least + other.least), bounded(most + other.most));
  }

  /** Of the words of both. */
  ContentLength or(ContentLength other) {
    return new ContentLength(Math.min(least, other.least), Math.max(most, other.most));
  }

  /** Of so many of the words behind each other. */
  ContentLength times(int fewest, int times) {
    return new ContentLength(bounded(least * fewest), bounded(most * times));
  }

  private static long bounded(long length) {
    return Math.min(Expr.Repeat.UNBOUNDED, length);
  }

  /** Whether all words are of one length, as far as lengths are told. */
  boolean isFixed() {
    return least == most && most < Expr.Repeat.UNBOUNDED;
  }

  /** Whether every word is of such a length. */
  boolean within(int shortest, int longest) {
    return least >= shortest && most <= longest;
  }
}
