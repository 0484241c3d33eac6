package io.tokenlane.cuda;

import io.tokenlane.engine.backend.Batch;

/**
 * A step's attention cut into work for blocks: {@code Item} and {@code Split} of {@code
 * attention.cu}. A lone row of a sequence that is longer than a block's share of the batch is cut
 * into its partitions, so that many blocks share it; others, and neighbouring rows, have a block
 * that goes over all their partitions. Where the cuts are has no effect on results.
 */
final class WorkList {
  /** Positions of a partition. */
  static final int PARTITION = 256;

  /** Ints of an item. */
  static final int ITEM = 8;

  /** Ints of a split. */
  static final int SPLIT = 4;

  private static final int MERGED_HERE = -1;

  private final int blocks;
  private final int[] items;
  private final int[] splits;
  private int itemCount;
  private int splitCount;
  private int scratchPlaces;

  /**
   * @param blocks that the device has at work at once, about
   * @param maxRows most rows of a batch
   * @param maxSequences most sequences of it
   * @param maxPositions most positions of a sequence
   */
  WorkList(int blocks, int maxRows, int maxSequences, int maxPositions) {
    this.blocks = blocks;
    int parts = Math.ceilDiv(maxPositions, PARTITION);
    items = new int[Math.addExact(maxRows, Math.multiplyExact(maxSequences, parts)) * ITEM];
    splits = new int[maxSequences * SPLIT];
  }

  /**
   * Cuts a batch.
   *
   * @param tables where each sequence's block ids begin
   */
  void build(Batch batch, int[] tables, Cut cut) {
    itemCount = 0;
    splitCount = 0;
    scratchPlaces = 0;
    long share = share(batch, cut);
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      int first = batch.firstRow[sequence];
      int count = batch.rowCount[sequence];
      if (count == 1 && parts(batch, first) > share) {
        split(first, batch, tables[sequence]);
        continue;
      }
      for (int row = first; row < first + count; row += cut.rowsTogether()) {
        int rows = Math.min(cut.rowsTogether(), first + count - row);
        int end = parts(batch, row + rows - 1);
        add(new int[] {row, rows, batch.positions[row], tables[sequence], 0, end, MERGED_HERE, 0});
      }
    }
  }

  /** Partitions that each block has if all have as many. */
  private long share(Batch batch, Cut cut) {
    long all = 0;
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      int rows = batch.rowCount[sequence];
      int last = batch.firstRow[sequence] + rows - 1;
      all += rows == 0 ? 0 : (long) Math.ceilDiv(rows, cut.rowsTogether()) * parts(batch, last);
    }
    return Math.max(1, Math.ceilDiv(all * cut.headBlocks(), (long) blocks));
  }

  private static int parts(Batch batch, int row) {
    return batch.positions[row] / PARTITION + 1;
  }

  private void split(int row, Batch batch, int table) {
    int position = batch.positions[row];
    int parts = parts(batch, row);
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
