package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.Batch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A batch on the device: {@code Counts}, then an array behind another at places that only the
 * batch's capacity decides. It goes there as one copy, from one of two staging buffers in turn, so
 * that the next batch can be written while the last one is still on its way.
 */
final class StepMemory {
  private static final int COUNTS = 4;

  /** Blocks of attention that a multiprocessor has at work at once. */
  private static final int BLOCKS_EACH = 2;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final Driver driver;
  private final int maxRows;
  private final int maxSequences;
  private final int maxBlocks;
  private final int[] tables;
  private final WorkList work;
  private final int tablesAt;
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
    itemsAt = COUNTS + 4 * maxRows + work.splits().length;
    tablesAt = itemsAt + work.items().length;
    long ints = tablesAt + (long) maxSequences * maxBlocks;
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
    put(COUNTS, next.tokens, next.rows());
    put(COUNTS + maxRows, next.positions, next.rows());
    put(COUNTS + 2 * maxRows, next.slots, next.rows());
    put(COUNTS + 3 * maxRows, next.outputRows, next.outputs());
    putTables();
    putCounts();
  }

  /** Block ids of the sequences, as many as they use, one behind another. */
  private void putTables() {
    tableInts = 0;
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      tables[sequence] = tableInts;
      int last = batch.firstRow[sequence] + batch.rowCount[sequence] - 1;
      int blocks = last < 0 ? 0 : batch.positions[last] / batch.blockSize() + 1;
      MemorySegment.copy(
          batch.blockTables,
          sequence * maxBlocks,
          staging[turn],
          INT,
          (long) (tablesAt + tableInts) * Integer.BYTES,
          blocks);
      tableInts += blocks;
    }
  }

  private void putCounts() {
    int items = cut == null ? 0 : work.itemCount();
    int splits = cut == null ? 0 : work.splitCount();
    put(0, new int[] {batch.rows(), batch.outputs(), items, splits}, COUNTS);
  }

  private void put(int at, int[] values, int count) {
    MemorySegment.copy(values, 0, staging[turn], INT, (long) at * Integer.BYTES, count);
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
    put(COUNTS + 4 * maxRows, work.splits(), work.splitCount() * WorkList.SPLIT);
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
      driver.copyIn(address, staging[turn], (long) (tablesAt + tableInts) * Integer.BYTES);
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
    return address;
  }

  long tokens() {
    return at(COUNTS);
  }

  long positions() {
    return at(COUNTS + maxRows);
  }

  long slots() {
    return at(COUNTS + 2 * maxRows);
  }

  long outputRows() {
    return at(COUNTS + 3 * maxRows);
  }

  long splits() {
    return at(COUNTS + 4 * maxRows);
  }

  long items() {
    return at(itemsAt);
  }

  long tables() {
    return at(tablesAt);
  }

  private long at(int ints) {
    return address + (long) ints * Integer.BYTES;
  }
}
