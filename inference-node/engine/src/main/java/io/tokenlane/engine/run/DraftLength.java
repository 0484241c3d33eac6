package io.tokenlane.engine.run;

/**
 * How many tokens to draft next: one more than were right where all were, as text that can be
 * foreseen often stays so; else a little more than were right, as a wrong draft is a row for
 * nothing. Grows fast, and shrinks to one.
 */
final class DraftLength {
  private final int most;
  private int length;

  DraftLength(int first, int most) {
    this.most = most;
    length = first;
  }

  int get() {
    return length;
  }

  /** Learns how many drafts were right. */
  void learn(int drafted, int right) {
    if (drafted == 0) {
      return;
    }
    length = right == drafted ? Math.min(most, Math.max(length, 2 * drafted)) : right + 1;
  }
}
