package io.tokenlane.balance;

import java.util.concurrent.ConcurrentHashMap;

/** Nodes that asked to be left alone, and until when. Thread-safe. */
final class Holds {
  private final ConcurrentHashMap<String, Long> until = new ConcurrentHashMap<>();

  /** From now on, for so many nanoseconds; 0: no longer. */
  void hold(String nodeId, long nanos, long now) {
    until.values().removeIf(end -> end - now <= 0);
    until.put(nodeId, now + nanos);
  }

  void forget(String nodeId) {
    until.remove(nodeId);
  }

  /** Whether any is held, or was lately. */
  boolean any() {
    return !until.isEmpty();
  }

  boolean has(Node node, long now) {
    Long end = until.isEmpty() ? null : until.get(node.id());
    return end != null && end - now > 0;
  }
}
