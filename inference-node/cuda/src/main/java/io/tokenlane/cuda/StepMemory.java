package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.Batch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A batch on the device: block tables, {@code Counts}, then an array behind another at places that
 * only the batch's capacity decides. It goes there as one copy, from one of two staging buffers in
 * turn, so that the next batch can be written while the last one is still on its way. What may be
 * much larger than what a step uses stands at the ends, so that the copy is of what is used: block
 * tables end where the counts begin, and attention's items begin where the rest ends.
 */
final class StepMemory {
  private static final int COUNTS = 4;

  /** Ints whose place a kernel's widest loads, and a device's lines, are multiples of. */
  private static final int ALIGNED = 64;

  /** Blocks of attention that a multiprocessor has at work at once. */
  private static final int BLOCKS_EACH = 2;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final Driver driver;
  private final int maxRows;
  private final int maxSequences;
  private final int maxBlocks;
  private final int[] tables;
  private final WorkList work;
  private final int countsAt;
  private final int itemsAt;
  private final long address;
  private final MemorySegment[] staging = new MemorySegment[2];
  private final long[] sent = new long[2];
  private int turn;
  private @Nullable Cut cut;
  private int tableInts;
  private boolean dirty;
  private Batch batch;

  StepMemory(Driver driver, DeviceMemory memory, Batch like) {
    this.driver = driver;
    batch = like;
    maxRows = like.maxRows();
    maxSequences = like.firstRow.length;
    maxBlocks = like.maxBlocks();
    tables = new int[maxSequences];
    int blocks = BLOCKS_EACH * driver.device().processors();
    work = new WorkList(blocks, maxRows, maxSequences, maxBlocks * like.blockSize());
    countsAt = Math.ceilDiv(maxSequences * maxBlocks, ALIGNED) * ALIGNED;
    itemsAt = splitsAt() + work.splits().length;
    long ints = (long) itemsAt + work.items().length;
    address = memory.allocate(ints * Integer.BYTES);
    for (int i = 0; i < staging.length; i++) {
      staging[i] = driver.pinned(ints * Integer.BYTES);
      sent[i] = driver.event();
    }
  }

  /** Whether batches like this one fit. */
  boolean fits(Batch other) {
    return other.maxRows() == maxRows
        && other.firstRow.length == maxSequences
        && other.maxBlocks() == maxBlocks
        && other.blockSize() == batch.blockSize();
  }

  /** Takes the next batch. */
  void begin(Batch next) {
    batch = next;
    turn = 1 - turn;
    driver.await(sent[turn]);
    cut = null;
    dirty = true;
    put(rowsAt(0), next.tokens, next.rows());
    put(rowsAt(1), next.positions, next.rows());
    put(rowsAt(2), next.slots, next.rows());
    put(rowsAt(3), next.outputRows, next.outputs());
    putTables();
    putCounts();
  }

  /** Block ids of the sequences, as many as they use, one behind another up to the counts. */
  private void putTables() {
    tableInts = 0;
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      tableInts += blocks(sequence);
    }
    int at = countsAt - tableInts;
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      tables[sequence] = at;
      int blocks = blocks(sequence);
      MemorySegment.copy(
          batch.blockTables, sequence * maxBlocks, staging[turn], INT, bytes(at), blocks);
      at += blocks;
    }
  }

  private int blocks(int sequence) {
    int last = batch.firstRow[sequence] + batch.rowCount[sequence] - 1;
    return last < 0 ? 0 : batch.positions[last] / batch.blockSize() + 1;
  }

  private void putCounts() {
    int items = cut == null ? 0 : work.itemCount();
    int splits = cut == null ? 0 : work.splitCount();
    put(countsAt, new int[] {batch.rows(), batch.outputs(), items, splits}, COUNTS);
  }

  private void put(int at, int[] values, int count) {
    MemorySegment.copy(values, 0, staging[turn], INT, bytes(at), count);
  }

  private static long bytes(int ints) {
    return (long) ints * Integer.BYTES;
  }

  /** Where the numbers of rows begin: tokens, positions, slots, and rows with an output. */
  private int rowsAt(int which) {
    return countsAt + COUNTS + which * maxRows;
  }

  private int splitsAt() {
    return rowsAt(4);
  }

  /**
   * The batch's attention. Layers whose blocks compute as many rows together share what the first
   * of them has cut.
   *
   * @return null if this step's was cut otherwise, and so has to be sent first
   */
  @Nullable WorkList work(Cut wanted) {
    if (cut != null) {
      return cut.rowsTogether() == wanted.rowsTogether() ? work : null;
    }
    cut = wanted;
    work.build(batch, tables, wanted);
    put(splitsAt(), work.splits(), work.splitCount() * WorkList.SPLIT);
    put(itemsAt, work.items(), work.itemCount() * WorkList.ITEM);
    putCounts();
    dirty = true;
    return work;
  }

  /** Forgets how attention was cut. */
  void recut() {
    begin(batch);
  }

  /** Enqueues the copy to the device, if it is not there. */
  void send() {
    if (dirty) {
      int from = countsAt - tableInts;
      int items = cut == null ? 0 : work.itemCount() * WorkList.ITEM;
      long size = bytes(itemsAt + items - from);
      driver.copyIn(at(from), staging[turn].asSlice(bytes(from), size), size);
      driver.record(sent[turn]);
      dirty = false;
    }
  }

  /** Most rows of a batch. */
  int maxRows() {
    return maxRows;
  }

  /** Most sequences of a batch. */
  int maxSequences() {
    return maxSequences;
  }

  long counts() {
    return at(countsAt);
  }

  long tokens() {
    return at(rowsAt(0));
  }

  long positions() {
    return at(rowsAt(1));
  }

  long slots() {
    return at(rowsAt(2));
  }

  long outputRows() {
    return at(rowsAt(3));
  }

  long splits() {
    return at(splitsAt());
  }

  long items() {
    return at(itemsAt);
  }

  long tables() {
    return address;
  }

  private long at(int ints) {
    return address + bytes(ints);
  }
}
