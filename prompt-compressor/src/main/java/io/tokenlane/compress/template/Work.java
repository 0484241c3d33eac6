package io.tokenlane.compress.template;

/**
 * What one rendering may still do, in characters and steps. It bounds the time and the memory that
 * a template and its variables take together, however its loops are nested.
 */
final class Work {
  private static final int MOST = 10_000_000;

  private long left = MOST;

  /**
   * Is told before it is done.
   *
   * @throws IllegalArgumentException where it is more than is left
   */
  void spend(long units) {
    left -= units;
    if (left < 0) {
      throw new IllegalArgumentException(
          "rendering: too much work (expected: at most " + MOST + " characters and steps)");
    }
  }
}
