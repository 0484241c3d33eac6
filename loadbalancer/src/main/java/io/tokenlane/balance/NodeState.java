package io.tokenlane.balance;

/** Whether, and how carefully, a node is given calls. */
public enum NodeState {
  /** Takes its full share. */
  UP,
  /** Came back a moment ago; its share grows from 10 % to all of it. */
  RAMPING,
  /** Its ejection is over; it gets one call, whose outcome decides. */
  TRIAL,
  /** Failed several times in a row; gets nothing until its back-off is over. */
  EJECTED,
  /** The active health check says no. */
  DOWN,
  /** An operator takes it out of service: it ends the calls it has and gets no new ones. */
  DRAINING;

  /** Whether the node may be chosen like any other (not only as a trial or in a panic). */
  public boolean serves() {
    return this == UP || this == RAMPING;
  }
}
