package io.tokenlane.engine.backend;

import java.util.Arrays;

/**
 * The rows of one engine step, packed into arrays that are allocated once and reused.
 *
 * <p>A row is one token to compute. The rows of a sequence are contiguous and ascending in
 * position; a sequence may have one row (decode) or many (a chunk of its prompt). There is no other
 * distinction between prefill and decode.
 *
 * <p>Arrays are exposed for the kernels; only entries below the matching count are meaningful. Not
 * thread-safe: the engine's step thread owns it.
 */
public final class Batch {
  private final int blockSize;
  private final int maxBlocks;

  /** Token id of each row. */
  public final int[] tokens;

  /** Position of each row in its sequence, from 0. */
  public final int[] positions;

  /** KV slot of each row: {@code block * blockSize + position % blockSize}. */
  public final int[] slots;

  /** Sequence index of each row. */
  public final int[] sequenceOfRow;

  /** First row of each sequence. */
  public final int[] firstRow;

  /** Number of rows of each sequence in this step. */
  public final int[] rowCount;

  /** Block ids of sequence s at {@code s * maxBlocks() ..}. */
  public final int[] blockTables;

  /** Rows whose logits are wanted, ascending. */
  public final int[] outputRows;

  private int rows;
  private int sequences;
  private int outputs;

  /**
   * @param maxRows most rows in a step, at least 1
   * @param maxSequences most sequences in a step, at least 1
   * @param maxBlocks most KV blocks of one sequence, at least 1
   * @param blockSize token slots in a KV block, at least 1
   */
  public Batch(int maxRows, int maxSequences, int maxBlocks, int blockSize) {
    this.blockSize = blockSize;
    this.maxBlocks = maxBlocks;
    tokens = new int[maxRows];
    positions = new int[maxRows];
    slots = new int[maxRows];
    sequenceOfRow = new int[maxRows];
    outputRows = new int[maxRows];
    firstRow = new int[maxSequences];
    rowCount = new int[maxSequences];
    blockTables = new int[Math.multiplyExact(maxSequences, maxBlocks)];
  }

  /**
   * A batch for some of the rows of others, whose block tables and sequence numbers it shares;
   * filled by {@link #take} and {@link #append}.
   */
  public Batch(Batch like) {
    blockSize = like.blockSize;
    maxBlocks = like.maxBlocks;
    blockTables = like.blockTables;
    int maxRows = like.maxRows();
    tokens = new int[maxRows];
    positions = new int[maxRows];
    slots = new int[maxRows];
    sequenceOfRow = new int[maxRows];
    outputRows = new int[maxRows];
    firstRow = new int[like.firstRow.length];
    rowCount = new int[like.rowCount.length];
  }

  /** Becomes these rows of a batch that shares its block tables; none of them gives logits. */
  public void take(Batch from, int[] picked, int count) {
    sequences = from.sequences;
    outputs = 0;
    rows = 0;
    append(from, picked, count);
  }

  /** Adds rows of a batch that shares its block tables, those of a sequence together. */
  public void append(Batch from, int[] picked, int count) {
    sequences = from.sequences;
    for (int i = 0; i < count; i++) {
      int row = picked[i];
      int at = rows + i;
      tokens[at] = from.tokens[row];
      positions[at] = from.positions[row];
      slots[at] = from.slots[row];
      sequenceOfRow[at] = from.sequenceOfRow[row];
    }
    truncate(rows + count);
  }

  /** Keeps its first rows only. */
  public void truncate(int count) {
    rows = count;
    outputs = 0;
    Arrays.fill(rowCount, 0, sequences, 0);
    for (int row = rows - 1; row >= 0; row--) {
      firstRow[sequenceOfRow[row]] = row;
      rowCount[sequenceOfRow[row]]++;
    }
  }

  /** Says which rows give logits, ascending. */
  public void wantLogits(int[] picked, int count) {
    System.arraycopy(picked, 0, outputRows, 0, count);
    outputs = count;
  }

  /** Empties the batch for the next step. */
  public void clear() {
    rows = 0;
    sequences = 0;
    outputs = 0;
  }

  /**
   * Starts the next sequence; {@link #addRow} then adds its rows.
   *
   * @param blocks its block ids in order; read, not kept
   * @param count how many of them are in use
   */
  public void beginSequence(int[] blocks, int count) {
    System.arraycopy(blocks, 0, blockTables, sequences * maxBlocks, count);
    firstRow[sequences] = rows;
    rowCount[sequences] = 0;
    sequences++;
  }

  /**
   * Adds a row to the sequence begun last.
   *
   * @param token its token id
   * @param position its position in the sequence, from 0
   * @param wantsLogits whether {@code forward} returns logits for it
   */
  public void addRow(int token, int position, boolean wantsLogits) {
    int sequence = sequences - 1;
    int block = blockTables[sequence * maxBlocks + position / blockSize];
    tokens[rows] = token;
    positions[rows] = position;
    slots[rows] = block * blockSize + position % blockSize;
    sequenceOfRow[rows] = sequence;
    if (wantsLogits) {
      outputRows[outputs++] = rows;
    }
    rowCount[sequence]++;
    rows++;
  }

  /** Rows in this step. */
  public int rows() {
    return rows;
  }

  /** Sequences in this step. */
  public int sequences() {
    return sequences;
  }

  /** Rows whose logits are wanted. */
  public int outputs() {
    return outputs;
  }

  /** Most rows a step may have. */
  public int maxRows() {
    return tokens.length;
  }

  /** Stride of {@link #blockTables}. */
  public int maxBlocks() {
    return maxBlocks;
  }

  /** Token slots in a KV block. */
  public int blockSize() {
    return blockSize;
  }
}
