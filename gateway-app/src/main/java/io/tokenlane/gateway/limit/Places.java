package io.tokenlane.gateway.limit;

import java.util.concurrent.ConcurrentHashMap;

/** Counts the requests that someone has open. Thread-safe. */
final class Places {
  private final ConcurrentHashMap<String, Integer> open = new ConcurrentHashMap<>();

  /** Takes a place; false where all {@code most} are taken. */
  boolean take(String whose, int most) {
    boolean[] taken = new boolean[1];
    open.compute(
        whose,
        (key, now) -> {
          int before = now == null ? 0 : now;
          taken[0] = before < most;
          return taken[0] ? Integer.valueOf(before + 1) : now;
        });
    return taken[0];
  }

  /** Gives a place back. */
  void give(String whose) {
    open.computeIfPresent(whose, (key, now) -> now <= 1 ? null : now - 1);
  }

  /** How many are taken now. */
  int taken() {
    return open.values().stream().mapToInt(Integer::intValue).sum();
  }
}
