package io.tokenlane.cuda;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.HeadShape;

/**
 * A step's attention cut into work for blocks: {@code Item} and {@code Split} of {@code
 * attention.cu}. A lone row of a long sequence is cut into its partitions, so that many blocks
 * share it; neighbouring rows share a block, which goes over all their partitions. Where the cuts
 * are has no effect on results.
 */
final class WorkList {
  /** Positions of a partition. */
  static final int PARTITION = 256;

  /** Query heads, of all rows together, that a block computes without tensor cores. */
  static final int HEADS = 8;

  /** The same in tensor cores. */
  static final int TENSOR_HEADS = 16;

  /** Ints of an item. */
  static final int ITEM = 8;

  /** Ints of a split. */
  static final int SPLIT = 4;

  private static final int MERGED_HERE = -1;

  private final int[] items;
  private final int[] splits;
  private int itemCount;
  private int splitCount;
  private int scratchPlaces;

  /**
   * @param maxRows most rows of a batch
   * @param maxSequences most sequences of it
   * @param maxPositions most positions of a sequence
   */
  WorkList(int maxRows, int maxSequences, int maxPositions) {
    int parts = Math.ceilDiv(maxPositions, PARTITION);
    items = new int[Math.addExact(maxRows, Math.multiplyExact(maxSequences, parts)) * ITEM];
    splits = new int[maxSequences * SPLIT];
  }

  /** Rows that a block of so many heads computes together. */
  static int rowsTogether(HeadShape shape, int heads) {
    return heads / headsTogether(shape, heads);
  }

  /** Blocks that compute the heads of a row. */
  static int headBlocks(HeadShape shape, int heads) {
    int group = shape.heads() / shape.kvHeads();
    return shape.kvHeads() * Math.ceilDiv(group, headsTogether(shape, heads));
  }

  private static int headsTogether(HeadShape shape, int heads) {
    return Math.min(heads, shape.heads() / shape.kvHeads());
  }

  /**
   * Cuts a batch.
   *
   * @param tables where each sequence's block ids begin
   * @param rowsTogether most rows of an item
   */
  void build(Batch batch, int[] tables, int rowsTogether) {
    itemCount = 0;
    splitCount = 0;
    scratchPlaces = 0;
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      int first = batch.firstRow[sequence];
      int count = batch.rowCount[sequence];
      if (count == 1) {
        lone(first, batch.positions[first], tables[sequence]);
        continue;
      }
      for (int row = first; row < first + count; row += rowsTogether) {
        int rows = Math.min(rowsTogether, first + count - row);
        int position = batch.positions[row];
        int end = Math.ceilDiv(position + rows, PARTITION);
        add(new int[] {row, rows, position, tables[sequence], 0, end, MERGED_HERE, 0});
      }
    }
  }

  private void lone(int row, int position, int table) {
    int parts = position / PARTITION + 1;
    if (parts == 1) {
      add(new int[] {row, 1, position, table, 0, 1, MERGED_HERE, 0});
      return;
    }
    int[] split = {row, scratchPlaces, parts, 0};
    System.arraycopy(split, 0, splits, splitCount * SPLIT, SPLIT);
    for (int part = 0; part < parts; part++) {
      add(new int[] {row, 1, position, table, part, part + 1, scratchPlaces++, splitCount});
    }
    splitCount++;
  }

  private void add(int[] item) {
    System.arraycopy(item, 0, items, itemCount++ * ITEM, ITEM);
  }

  /** Items, one behind another. */
  int[] items() {
    return items;
  }

  int itemCount() {
    return itemCount;
  }

  /** Splits, one behind another. */
  int[] splits() {
    return splits;
  }

  int splitCount() {
    return splitCount;
  }

  /** Partial results that blocks leave for others to merge. */
  int scratchPlaces() {
    return scratchPlaces;
  }
}
