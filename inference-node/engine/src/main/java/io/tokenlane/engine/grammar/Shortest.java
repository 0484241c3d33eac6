package io.tokenlane.engine.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;

/**
 * Finds the fewest bytes from every node on, smallest first, so that each is told once (Knuth, "A
 * Generalization of Dijkstra's Algorithm", 1977).
 */
final class Shortest {
  private final Map<Node, List<Node>> users = new HashMap<>();
  private final Set<Node> reached = new HashSet<>();
  private final Queue<Measured> left =
      new PriorityQueue<>(Comparator.comparingInt(Measured::least));

  private record Measured(Node node, int least) {}

  /** Sets {@link Node#least} of all nodes of a network. */
  void measure(List<Node> nodes) {
    for (Node node : nodes) {
      for (Node next : node.successors()) {
        users.computeIfAbsent(next, n -> new ArrayList<>()).add(node);
      }
    }
    nodes.forEach(this::reach);
    for (Measured next = left.poll(); next != null; next = left.poll()) {
      next.node.least = next.least;
      users.getOrDefault(next.node, List.of()).forEach(this::reach);
    }
  }

  private void reach(Node node) {
    if (!reached.contains(node)) {
      int least = node.computedLeast();
      if (least < Node.INFINITE) {
        reached.add(node);
        left.add(new Measured(node, least));
      }
    }
  }
}
