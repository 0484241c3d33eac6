package io.tokenlane.balance;

/**
 * Of a node whose last call failed: it gets one call at a time, so that one that answers errors
 * faster than others answer does not draw them all before it is ejected. A call is over for this
 * when its answer begins, and after a back-off anyway, since answers may take long.
 */
final class Probation {
  private static final long NOBODY = 0;

  private volatile long sentAt = NOBODY;

  /** A call goes to the node. */
  void sent(long now) {
    sentAt = now == NOBODY ? 1 : now;
  }

  /** One of its calls has been answered, or is over. */
  void over(long acquiredAt) {
    if (sentAt != NOBODY && acquiredAt - sentAt >= 0) {
      sentAt = NOBODY;
    }
  }

  /** Whether a call has still to show how the node is. */
  boolean pending(long now, PoolSettings settings) {
    long sent = sentAt;
    return sent != NOBODY && now - sent < settings.ejection().toNanos();
  }
}
