package io.tokenlane.cuda;

import io.tokenlane.engine.backend.HeadShape;

/**
 * How attention is cut into work for blocks.
 *
 * @param rowsTogether neighbouring rows that a block computes together, at most
 * @param headBlocks blocks that compute the heads of a row
 */
record Cut(int rowsTogether, int headBlocks) {
  /** Query heads, of all rows together, that a block computes without tensor cores. */
  private static final int HEADS = 8;

  /** The same in tensor cores. */
  private static final int TENSOR_HEADS = 16;

  static Cut of(HeadShape shape, boolean tensor) {
    int group = shape.heads() / shape.kvHeads();
    int most = tensor ? TENSOR_HEADS : HEADS;
    int together = Math.min(most, group);
    return new Cut(most / together, shape.kvHeads() * Math.ceilDiv(group, together));
  }
}
