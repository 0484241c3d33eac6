package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many nodes the expressions of one grammar may come to. Counted as each part of a schema is
 * read, as a few characters of one may stand for thousands of nodes. Not thread-safe.
 */
public final class NodeBudget {
  private static final int MOST_NODES = 1_000_000;

  private final Set<Rule> counted = new HashSet<>();
  private int nodes;

  /**
   * Counts an expression, with the rules that it calls and that are defined by now; each rule once.
   *
   * @throws GrammarException if it is too much
   */
  void take(Expr expression) {
    Deque<Expr> left = new ArrayDeque<>(List.of(expression));
    while (!left.isEmpty()) {
      Expr next = left.pop();
      if (!(next instanceof Expr.Sequence)) {
        takeOne();
      }
      switch (next) {
        case Expr.Sequence sequence -> sequence.parts().forEach(left::push);
        case Expr.Choice choice -> choice.options().forEach(left::push);
        case Expr.Repeat repeat -> left.push(repeat.body());
        case Expr.Call call when call.rule().isDefined() && counted.add(call.rule()) ->
            left.push(call.rule().body());
        default -> {}
      }
    }
  }

  /** Counts a node. */
  void takeOne() {
    if (++nodes > MOST_NODES) {
      throw new GrammarException(
          "grammar: over %d nodes (expected: a smaller schema)".formatted(MOST_NODES));
    }
  }
}
