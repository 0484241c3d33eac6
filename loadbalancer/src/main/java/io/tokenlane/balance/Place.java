package io.tokenlane.balance;

import java.time.Duration;

/**
 * A call's place among those that wait for a slot.
 *
 * @param priority higher goes first; any number, 0 by default
 * @param tenant whose call it is: tenants of equal priority share the slots evenly by prompt tokens
 * @param patience how long it may wait; &gt; 0
 */
public record Place(int priority, String tenant, Duration patience) {
  /** Refuses a call that could not wait at all. */
  public Place {
    if (!patience.isPositive()) {
      throw new IllegalArgumentException("patience: " + patience + " (expected: > 0)");
    }
  }
}
