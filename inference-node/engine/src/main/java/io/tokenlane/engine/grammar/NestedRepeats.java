package io.tokenlane.engine.grammar;

import java.util.List;

/**
 * How long the words of an expression are, and how many counts of repeats inside each other may
 * hold at one place of a text: where the inner text may be of any length, each count of one goes
 * with each of the other. Told for an expression by what its parts tell, so that each part is read
 * once.
 *
 * @param length of the words
 * @param counts the most at one place; 1 if no repeats stand inside each other
 * @param outermost counts of the outermost repeats, with those inside each
 */
record NestedRepeats(ContentLength length, long counts, long outermost) {
  static NestedRepeats of(Expr expression) {
    return switch (expression) {
      case Expr.Bytes bytes -> new NestedRepeats(ContentLength.ONE, 1, 1);
      case Expr.Sequence sequence -> sequence(sequence.parts());
      case Expr.Choice choice -> choice(choice.options());
      case Expr.Repeat repeat -> of(repeat.body()).times(repeat.least(), repeat.most());
      default -> new NestedRepeats(ContentLength.ANY, 1, 1);
    };
  }

  private static NestedRepeats sequence(List<Expr> parts) {
    NestedRepeats whole = new NestedRepeats(ContentLength.NONE, 1, 1);
    for (Expr part : parts) {
      NestedRepeats next = of(part);
      whole = whole.with(next, whole.length.then(next.length));
    }
    return whole;
  }

  private static NestedRepeats choice(List<Expr> options) {
    if (options.isEmpty()) {
      return new NestedRepeats(ContentLength.NONE, 1, 1);
    }
    NestedRepeats whole = of(options.getFirst());
    for (Expr option : options.subList(1, options.size())) {
      NestedRepeats next = of(option);
      whole = whole.with(next, whole.length.or(next.length));
    }
    return whole;
  }

  private NestedRepeats with(NestedRepeats other, ContentLength both) {
    return new NestedRepeats(
        both, Math.max(counts, other.counts), Math.max(outermost, other.outermost));
  }

  private NestedRepeats times(int fewest, int times) {
    long own = Math.max(1, times == Expr.Repeat.UNBOUNDED ? fewest : times);
    long inner = length.isFixed() ? 1 : outermost;
    return new NestedRepeats(
        length.times(fewest, times),
        inner == 1 ? counts : own * inner,
        Math.min(Integer.MAX_VALUE, own * inner));
  }
}
