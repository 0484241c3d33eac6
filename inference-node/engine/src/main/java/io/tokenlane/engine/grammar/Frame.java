package io.tokenlane.engine.grammar;

import org.jspecify.annotations.Nullable;

/**
 * A place in a routine and where to go on at its end: a stack as a linked list. Interned by its
 * automaton, so compared by identity.
 */
final class Frame {
  /** What one takes, about: itself, its key and where it is kept. */
  static final int BYTES = 120;

  final Node node;
  final int rounds;
  final @Nullable Frame parent;
  final int depth;

  /** Fewest bytes from here to the end of everything. */
  final int least;

  @Nullable Frame alike;

  Frame(Key key) {
    node = key.node;
    rounds = key.rounds;
    parent = key.parent;
    depth = parent == null ? 0 : parent.depth + 1;
    int own = node instanceof Node.Loop loop ? loop.leastAfter(rounds) : node.least;
    least = parent == null ? own : Node.sum(own, parent.least);
  }

  /** Whether any string content may come: a character begins here, in a loop of characters. */
  boolean beginsContent() {
    return parent != null
        && parent.node instanceof Node.Loop loop
        && loop.routine.beginsCharacter(node);
  }

  /** How many characters of string content may come at least here, where one may. */
  int contentLeft() {
    if (parent == null || !(parent.node instanceof Node.Loop loop)) {
      return 0;
    }
    return loop.most == Expr.Repeat.UNBOUNDED ? Integer.MAX_VALUE : loop.most - parent.rounds + 1;
  }

  /** What makes frames the same one. */
  record Key(Node node, int rounds, @Nullable Frame parent) {}
}
