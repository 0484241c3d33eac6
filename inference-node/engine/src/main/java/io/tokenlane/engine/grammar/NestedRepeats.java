package io.tokenlane.engine.grammar;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How many counts of repeats inside each other may hold at one place of a text: where the inner
 * text may be of any length, each count of one goes with each of the other.
 */
final class NestedRepeats {
  private NestedRepeats() {}

  /** The most of them; 1 if no repeats stand inside each other. */
  static long counts(Expr expression) {
    return switch (expression) {
      case Expr.Sequence sequence -> most(sequence.parts(), NestedRepeats::counts);
      case Expr.Choice choice -> most(choice.options(), NestedRepeats::counts);
      case Expr.Repeat repeat ->
          inner(repeat) == 1 ? counts(repeat.body()) : own(repeat) * inner(repeat);
      default -> 1;
    };
  }

  private static long most(List<Expr> parts, ToLongFunction<Expr> counts) {
    return parts.stream().mapToLong(counts).max().orElse(1);
  }

  /** Counts of the outermost repeats, with those inside each. */
  private static long whole(Expr expression) {
    return switch (expression) {
      case Expr.Sequence sequence -> most(sequence.parts(), NestedRepeats::whole);
      case Expr.Choice choice -> most(choice.options(), NestedRepeats::whole);
      case Expr.Repeat repeat -> Math.min(Integer.MAX_VALUE, own(repeat) * inner(repeat));
      default -> 1;
    };
  }

  private static long own(Expr.Repeat repeat) {
    boolean endless = repeat.most() == Expr.Repeat.UNBOUNDED;
    return Math.max(1, endless ? repeat.least() : repeat.most());
  }

  private static long inner(Expr.Repeat repeat) {
    ContentLength length = ContentLength.of(repeat.body());
    return length.least() == length.most() ? 1 : whole(repeat.body());
  }
}
