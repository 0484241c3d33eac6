package io.tokenlane.engine.grammar;

import java.util.List;

/**
 * How long the words of an expression are, in bytes; of one that only writes ASCII without escapes,
 * as formats do, in characters too.
 *
 * @param least of the shortest word
 * @param most of the longest; {@link Expr.Repeat#UNBOUNDED} for no bound
 */
record ContentLength(long least, long most) {
  private static final ContentLength ANY = new ContentLength(0, Expr.Repeat.UNBOUNDED);

  static ContentLength of(Expr expression) {
    return switch (expression) {
      case Expr.Bytes bytes -> new ContentLength(1, 1);
      case Expr.Sequence sequence -> sum(sequence.parts());
      case Expr.Choice choice -> either(choice.options());
      case Expr.Repeat repeat -> of(repeat.body()).times(repeat.least(), repeat.most());
      default -> ANY;
    };
  }

  private static ContentLength sum(List<Expr> parts) {
    long least = 0;
    long most = 0;
    for (Expr part : parts) {
      ContentLength length = of(part);
      least += length.least;
      most = bounded(most + length.most);
    }
    return new ContentLength(least, most);
  }

  private static ContentLength either(List<Expr> options) {
    List<ContentLength> lengths = options.stream().map(ContentLength::of).toList();
    return new ContentLength(
        lengths.stream().mapToLong(ContentLength::least).min().orElse(0),
        lengths.stream().mapToLong(ContentLength::most).max().orElse(0));
  }

  private ContentLength times(int fewest, int times) {
    return new ContentLength(least * fewest, bounded(most * times));
  }

  private static long bounded(long length) {
    return Math.min(Expr.Repeat.UNBOUNDED, length);
  }

  /** Whether every word is of such a length. */
  boolean within(int shortest, int longest) {
    return least >= shortest && most <= longest;
  }
}
