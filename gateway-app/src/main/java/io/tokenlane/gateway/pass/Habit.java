package io.tokenlane.gateway.pass;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether a route's answers are worth asking the cache for. After so many in a row that no cache
 * may keep, requests pass; the first answer on the way that a cache could have kept ends that, and
 * the cache is asked again. What it costs at worst is that this one answer was not stored.
 */
final class Habit {
  /** So many answers in a row that were not to be stored. */
  static final int LEARNED = 100;

  private final AtomicInteger inARow = new AtomicInteger();

  boolean passes() {
    return inARow.get() >= LEARNED;
  }

  /** An answer came. */
  void saw(boolean storable) {
    if (storable) {
      inARow.set(0);
    } else if (inARow.get() < LEARNED) {
      inARow.incrementAndGet();
    }
  }
}
