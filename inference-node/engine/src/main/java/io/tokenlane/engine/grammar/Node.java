package io.tokenlane.engine.grammar;

import java.util.List;

/** A place in a routine: what may come next there. Compared by identity. */
abstract sealed class Node {
  /** As {@link #least}: the end cannot be reached. */
  static final int INFINITE = 1 << 29;

  /** Fewest bytes from here to the routine's end. */
  int least = INFINITE;

  /** Fewest bytes as the successors now tell. */
  abstract int computedLeast();

  /** What may follow in the same routine, and the routine that begins here. */
  abstract List<Node> successors();

  static int sum(long a, long b) {
    return (int) Math.min(INFINITE, a + b);
  }

  /** One byte in a range. */
  static final class Read extends Node {
    final int low;
    final int high;
    final Node next;
    private final boolean possible;

    /**
     * @param possible whether a token of one byte in the range exists
     */
    Read(int low, int high, Node next, boolean possible) {
      this.low = low;
      this.high = high;
      this.next = next;
      this.possible = possible;
    }

    @Override
    List<Node> successors() {
      return List.of(next);
    }

    @Override
    int computedLeast() {
      return possible ? sum(1, next.least) : INFINITE;
    }
  }

  /** Any of the options, without a byte. */
  static final class Split extends Node {
    final List<Node> options;

    Split(List<Node> options) {
      this.options = options;
    }

    @Override
    List<Node> successors() {
      return options;
    }

    @Override
    int computedLeast() {
      return options.stream().mapToInt(option -> option.least).min().orElse(INFINITE);
    }
  }

  /** A whole routine, then what is next. */
  static final class Call extends Node {
    final Routine routine;
    final Node next;

    Call(Routine routine, Node next) {
      this.routine = routine;
      this.next = next;
    }

    @Override
    List<Node> successors() {
      return List.of(routine.start(), next);
    }

    @Override
    int computedLeast() {
      return sum(routine.least(), next.least);
    }
  }

  /** A routine many times, then what is next. */
  static final class Loop extends Node {
    final Routine routine;
    final int most;
    final Node next;
    private final int fewest;

    Loop(Routine routine, int fewest, int most, Node next) {
      this.routine = routine;
      this.fewest = fewest;
      this.most = most;
      this.next = next;
    }

    @Override
    List<Node> successors() {
      return List.of(routine.start(), next);
    }

    @Override
    int computedLeast() {
      return leastAfter(0);
    }

    /** Fewest rounds that take a byte: none where empty ones can make up the number. */
    int fewest() {
      return routine.least() == 0 ? 0 : fewest;
    }

    /** Fewest bytes to the routine's end once this many rounds are done. */
    int leastAfter(int rounds) {
      long left = Math.max(0, fewest() - rounds);
      return left == 0 ? next.least : sum(left * routine.least(), next.least);
    }

    /** Rounds as they need telling apart: without a bound, those beyond the fewest do not. */
    int counted(int rounds) {
      return most == Expr.Repeat.UNBOUNDED ? Math.min(rounds, fewest()) : rounds;
    }

    /**
     * The least number of rounds after which a token of so many bytes finds the same choices, as
     * each round takes a byte.
     */
    int alike(int rounds, int tokenBytes) {
      boolean unbounded = most == Expr.Repeat.UNBOUNDED;
      if (!unbounded && most - rounds <= tokenBytes) {
        return rounds;
      }
      int needed = fewest() - rounds;
      if (needed > tokenBytes) {
        return 0;
      }
      return needed <= 0 ? fewest() : rounds;
    }
  }

  /** The end of a routine. */
  static final class End extends Node {
    @Override
    List<Node> successors() {
      return List.of();
    }

    @Override
    int computedLeast() {
      return 0;
    }
  }
}
