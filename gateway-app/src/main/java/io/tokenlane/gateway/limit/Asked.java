package io.tokenlane.gateway.limit;

/**
 * An amount asked of a store that answers later. Where it is granted after whoever asked has given
 * up, it is given back. Thread-safe.
 */
final class Asked {
  private final Runnable giveBack;
  private boolean granted;
  private boolean kept;
  private boolean givenUp;

  Asked(Runnable giveBack) {
    this.giveBack = giveBack;
  }

  /** The store has taken the amount. */
  void granted() {
    if (grantedInVain()) {
      giveBack.run();
    }
  }

  private synchronized boolean grantedInVain() {
    granted = true;
    return givenUp;
  }

  /** Nobody waits for the answer any more, unless it was kept before. */
  void giveUp() {
    if (givenUpGranted()) {
      giveBack.run();
    }
  }

  private synchronized boolean givenUpGranted() {
    boolean now = !kept && !givenUp;
    givenUp |= now;
    return now && granted;
  }

  /** Whoever asked has the answer from here on; false where it was given up. */
  synchronized boolean keep() {
    kept = !givenUp;
    return kept;
  }
}
