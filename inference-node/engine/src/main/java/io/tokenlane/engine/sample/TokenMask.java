package io.tokenlane.engine.sample;

/**
 * Which tokens may come next in one sequence, as its output so far decides. Called by the engine's
 * step thread only: {@link #permitted()} before each draw, {@link #accept} after it.
 */
public interface TokenMask {

  /**
   * The ids that may be drawn now, one bit each, lowest id in the lowest bit of the first word; ids
   * beyond the last word may not. At least one bit is set. The array stays the mask's and is valid
   * until {@link #accept} or {@link #takeBack}.
   */
  long[] permitted();

  /** Goes on with a token that was permitted. */
  void accept(int token);

  /**
   * The last tokens are taken back, and count no more; what they were is kept, so they must be of a
   * part where anything is permitted.
   *
   * @param count how many, at least 1
   */
  void takeBack(int count);
}
