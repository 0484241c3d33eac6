package io.tokenlane.balance;

/** A call got no node; nothing was sent. */
public final class NoSlotException extends RuntimeException {
  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** There is no node, or none outside those already tried. */
    NO_NODE,
    /** As many calls wait as may wait. */
    LINE_FULL,
    /** Its time was over before a slot came free. */
    TOO_LATE
  }

  NoSlotException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** Why there was none. */
  public Reason reason() {
    return reason;
  }
}
