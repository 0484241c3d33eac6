package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Follows what is reached without a byte, and refuses what comes back to where it began. */
final class FirstPlaces {
  private final Set<Node> open = new HashSet<>();
  private final Set<Node> done = new HashSet<>();
  private final Deque<Step> way = new ArrayDeque<>();

  private record Step(Node node, Iterator<Node> left) {}

  /** All routines of a network, with what they are called by. */
  private final Map<Routine, Object> routines;

  FirstPlaces(Map<Routine, Object> routines) {
    this.routines = routines;
  }

  /**
   * Checks all routines.
   *
   * @throws GrammarException if one calls itself without a byte between
   */
  void check() {
    for (Routine routine : routines.keySet()) {
      enter(routine.start());
      while (!way.isEmpty()) {
        Step step = way.peek();
        if (step.left.hasNext()) {
          enter(step.left.next());
        } else {
          way.pop();
          open.remove(step.node);
          done.add(step.node);
        }
      }
    }
  }

  /** Within a routine nodes only lead on, so that what is still open must be where one begins. */
  private void enter(Node node) {
    if (open.contains(node)) {
      throw new GrammarException(
          name(node) + ": refers to itself with nothing between (expected: a value between)");
    }
    if (!done.contains(node)) {
      open.add(node);
      way.push(new Step(node, withoutByte(node).iterator()));
    }
  }

  private String name(Node start) {
    return routines.entrySet().stream()
        .filter(routine -> routine.getKey().start() == start)
        .map(routine -> routine.getValue().toString())
        .findFirst()
        .orElse("");
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
