package io.tokenlane.engine.backend.x86;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Attention of a tile of queries over one key-value head in one call of machine code for AVX-512.
 * Queries and strips are put down first, then {@link #attend} computes. One for each thread.
 */
public final class FlashAttention {
  /** Slots of a strip. */
  public static final int STRIP = FlashCode.STRIP;

  private static final int FULL = FlashCode.QUERIES;

  private final MemorySegment arguments = Arena.ofAuto().allocate(FlashCode.ARGUMENTS, 64);
  private final MemorySegment work = Arena.ofAuto().allocate(FlashCode.WORK, 64);
  private final MemorySegment[] functions = new MemorySegment[2 * FULL * FlashCode.STRIPS];
  private MemorySegment table = MemorySegment.NULL;
  private MemorySegment records = MemorySegment.NULL;
  private MemorySegment blank = MemorySegment.NULL;
  private int dim;
  private boolean bytes;
  private int queries;
  private int strips;

  /** Makes it; code is assembled when a width is first met. */
  public FlashAttention() {
    for (int i = 0; i < FlashCode.STRIP; i++) {
      arguments.set(ValueLayout.JAVA_INT, FlashCode.LANES + (long) i * Integer.BYTES, i);
    }
    ExpCode.constants(arguments, FlashCode.EXP);
    arguments.set(ValueLayout.JAVA_INT, FlashCode.STEPS, FlashCode.STRIP);
    int piece = FlashCode.STRIP * FlashCode.STRIPS;
    arguments.set(ValueLayout.JAVA_INT, FlashCode.STEPS + Integer.BYTES, piece);
  }

  /** Whether it takes heads of so many elements. */
  public static boolean takes(int dim) {
    return dim % STRIP == 0 && dim <= 256;
  }

  /**
   * Starts a tile.
   *
   * @param headDim elements of a head; one that it takes
   * @param ofBytes whether keys and values are bytes with scales
   * @param most queries that will follow, at most
   */
  public void begin(int headDim, boolean ofBytes, int most) {
    if (headDim != dim || ofBytes != bytes) {
      dim = headDim;
      bytes = ofBytes;
      Arrays.fill(functions, MemorySegment.NULL);
      blank = Arena.ofAuto().allocate(recordBytes(), 64);
      for (int i = 0; i < FlashCode.STRIP; i++) {
        long lane = FlashCode.LARGEST + (long) i * Float.BYTES;
        blank.set(ValueLayout.JAVA_FLOAT, lane, Float.NEGATIVE_INFINITY);
      }
    }
    long room = (most + FULL) * recordBytes();
    if (records.byteSize() < room) {
      records = Arena.ofAuto().allocate(room, 64);
    }
    queries = 0;
    strips = 0;
  }

  private long recordBytes() {
    return FlashCode.recordBytes(dim);
  }

  /**
   * Adds a query.
   *
   * @param from where it begins in the float32 that hold the queries
   * @param to where its result goes
   * @param end behind the last position that it looks at, at least 1
   */
  public void query(int from, int to, int end) {
    long record = queries++ * recordBytes();
    MemorySegment.copy(blank, 0, records, record, recordBytes());
    records.set(ValueLayout.JAVA_INT, record + FlashCode.END, end);
    records.set(ValueLayout.JAVA_LONG, record + FlashCode.FROM, (long) from * Float.BYTES);
    records.set(ValueLayout.JAVA_LONG, record + FlashCode.TO, (long) to * Float.BYTES);
  }

  /** Makes room for so many strips. */
  public void room(int count) {
    long pieces = Math.ceilDiv(count, FlashCode.STRIPS);
    long wanted = pieces * FlashCode.PIECE * Long.BYTES;
    if (table.byteSize() < wanted) {
      table = Arena.ofAuto().allocate(2 * wanted, 64);
    }
  }

  /**
   * Adds the next 16 positions, or fewer if they are the last; there is room for them.
   *
   * @param keys address of their keys
   * @param values address of their values
   * @param keyScales address of their keys' scales, if those are bytes
   * @param valueScales address of their values' scales, if those are bytes
   * @param slots how many positions there are
   */
  public void strip(long keys, long values, long keyScales, long valueScales, int slots) {
    int piece = strips / FlashCode.STRIPS;
    int within = strips % FlashCode.STRIPS;
    long at = (long) piece * FlashCode.PIECE + (long) within * FlashCode.ENTRY;
    table.setAtIndex(ValueLayout.JAVA_LONG, at, keys);
    table.setAtIndex(ValueLayout.JAVA_LONG, at + 1, values);
    table.setAtIndex(ValueLayout.JAVA_LONG, at + 2, keyScales);
    table.setAtIndex(ValueLayout.JAVA_LONG, at + 3, valueScales);
    table.setAtIndex(ValueLayout.JAVA_LONG, at + 4, slots);
    strips++;
  }

  /**
   * Computes all queries.
   *
   * @param in float32 on the heap that hold the queries
   * @param out float32 on the heap that take the results
   */
  public void attend(MemorySegment in, MemorySegment out, float scale) {
    int together = Math.min(queries, FULL);
    fillUp(together);
    int before = (strips - 1) / FlashCode.STRIPS;
    argument(0, before);
    argument(1, table.address());
    argument(2, queries / together);
    argument(3, records.address());
    argument(4, work.address());
    arguments.set(ValueLayout.JAVA_FLOAT, 5 * Long.BYTES, scale);
    int last = strips - before * FlashCode.STRIPS;
    MachineCode.call(function(together, before > 0, last), arguments, in, out);
  }

  /** The last query once more until a group is full. */
  private void fillUp(int together) {
    long last = (queries - 1) * recordBytes();
    while (queries % together != 0) {
      MemorySegment.copy(records, last, records, queries++ * recordBytes(), recordBytes());
    }
  }

  private MemorySegment function(int together, boolean more, int last) {
    int index = ((together - 1) * 2 + (more ? 1 : 0)) * FlashCode.STRIPS + last - 1;
    MemorySegment function = functions[index];
    if (function.address() == 0) {
      function = FlashCodes.of(new FlashCode.Form(together, dim, bytes, more, last));
      functions[index] = function;
    }
    return function;
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
