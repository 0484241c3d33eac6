package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Follows what is reached without a byte, and refuses what comes back to where it began. */
final class FirstPlaces {
  private final Set<Node> open = new HashSet<>();
  private final Set<Node> done = new HashSet<>();
  private final Deque<Step> way = new ArrayDeque<>();

  private record Step(Node node, Iterator<Node> left) {}

  /**
   * Checks all routines of a network.
   *
   * @throws GrammarException if one calls itself without a byte between
   */
  void check(List<Routine> routines) {
    for (Routine routine : routines) {
      enter(routine.start(), routines);
      while (!way.isEmpty()) {
        Step step = way.peek();
        if (step.left.hasNext()) {
          enter(step.left.next(), routines);
        } else {
          way.pop();
          open.remove(step.node);
          done.add(step.node);
        }
      }
    }
  }

  /** Within a routine nodes only lead on, so that what is still open must be where one begins. */
  private void enter(Node node, List<Routine> routines) {
    if (open.contains(node)) {
      String name =
          routines.stream().filter(r -> r.start() == node).map(r -> r.name).findFirst().orElse("");
      throw new GrammarException(
          name + ": refers to itself with nothing between (expected: a value between)");
    }
    if (!done.contains(node)) {
      open.add(node);
      way.push(new Step(node, withoutByte(node).iterator()));
    }
  }

  private static List<Node> withoutByte(Node node) {
    return switch (node) {
      case Node.Read read -> List.of();
      case Node.Call call when call.routine.least() > 0 -> List.of(call.routine.start());
      case Node.Loop loop when loop.fewest() > 0 -> List.of(loop.routine.start());
      default -> node.successors();
    };
  }
}
