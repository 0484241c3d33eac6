package io.tokenlane.cuda;

/**
 * Sizes that a step is padded to, so that few graphs serve all batches: 1, 2, 4, 8, then multiples
 * of 8 up to {@link #MOST}. Larger steps are long enough to be launched one kernel after another,
 * and keep their size. Padding costs blocks that end at once.
 */
final class Buckets {
  /** Most rows of a step that becomes a graph. */
  static final int MOST = 128;

  private Buckets() {}

  /** The size for so many rows. */
  static int rows(int rows) {
    if (rows > MOST) {
      return rows;
    }
    return rows <= 8 ? powerOfTwo(rows) : Math.ceilDiv(rows, 8) * 8;
  }

  /** The size for so many pieces of work: the next power of two. */
  static int powerOfTwo(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }
}
