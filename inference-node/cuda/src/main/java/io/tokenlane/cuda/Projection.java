package io.tokenlane.cuda;

/**
 * What a tile is chosen for.
 *
 * @param rows padded
 * @param gated whether gates come behind it
 * @param normed whether its blocks norm the row, which is alone
 * @param headed whether outputs are heads, and eight panels hold whole ones
 * @param leavesBytes whether sums are left as bytes for the next projection, whose groups are two
 *     panels
 */
record Projection(
    Format format,
    int rows,
    int inputs,
    int outputs,
    boolean gated,
    boolean normed,
    boolean headed,
    boolean leavesBytes) {

  /** Numbers of the widest row that a block's threads keep: 256 of them 16 each. */
  private static final int WIDEST = 4096;

  /** Numbers that a thread loads at once. */
  private static final int LOADED = 4;

  /**
   * What has the same tiles to choose from: rows are those of a lone row, or whole tiles as kernels
   * take them.
   */
  Projection kind() {
    int padded = rows == 1 ? 1 : Math.min(Buckets.MOST, tiles() * Format.TILE);
    return new Projection(format, padded, inputs, outputs, gated, normed, headed, leavesBytes);
  }

  /** Tiles that its rows fill, as a power of two. */
  int tiles() {
    return Buckets.powerOfTwo(Math.ceilDiv(rows, Format.TILE));
  }

  /** Whether blocks can norm a row of so many numbers themselves. */
  static boolean norms(Format format, int rows, int inputs) {
    return format != Format.F32 && rows == 1 && inputs % LOADED == 0 && inputs <= WIDEST;
  }
}
