package io.tokenlane.engine.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A rule compiled to nodes. */
final class Routine {
  final boolean character;
  private @Nullable Node start;

  Routine(boolean character) {
    this.character = character;
  }

  void begin(Node node) {
    start = node;
  }

  Node start() {
    return Objects.requireNonNull(start, "routine: not begun");
  }

  /** Fewest bytes of the whole routine. */
  int least() {
    return start == null ? Node.INFINITE : start.least;
  }

  /** Whether the node is where a character begins. */
  boolean beginsCharacter(Node node) {
    return character && start instanceof Node.Split split && split.options.getFirst() == node;
  }
}
