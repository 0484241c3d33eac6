package io.tokenlane.compress;

import org.jspecify.annotations.Nullable;

/** One lossless rule: a change of the text together with the way back. */
interface Stage {
  Rule rule();

  /**
   * The changed text, or null if there is nothing to change. Need not save tokens; deterministic,
   * O(n log n). May ignore the protection: what does not hold it is dropped.
   */
  @Nullable Staged apply(String text, TokenCounter counter, Protection protection);

  /**
   * The text before {@link #apply}.
   *
   * @throws IllegalArgumentException or {@link IndexOutOfBoundsException} if text and parameters do
   *     not belong together
   */
  String undo(String text, byte[] parameters);

  /** A changed text and what {@link #undo} needs besides it. */
  @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
  record Staged(String text, byte[] parameters) {}
}
