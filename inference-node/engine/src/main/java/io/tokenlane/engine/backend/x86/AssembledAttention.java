package io.tokenlane.engine.backend.x86;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Attention's products over the slots of a piece of positions and one head, by machine code for
 * AVX-512. Its table is filled first, then read by any number of calls. One for each thread.
 */
public final class AssembledAttention {
  /** Queries that are computed together. */
  public static final int QUERIES = 4;

  private static final int LANES = 16;
  private static final int ARGUMENTS = ScoreCode.FIRST_QUERY + QUERIES;

  private final MemorySegment[] functions = Loaded.FUNCTIONS;
  private final MemorySegment arguments;
  private final MemorySegment table;
  private final long bytesOfStride;
  private int dim;
  private int entries;

  /** Assembled when they are first asked for. */
  private static final class Loaded {
    static final MemorySegment[] FUNCTIONS = load();

    private static MemorySegment[] load() {
      byte[][] code = new byte[2 * (1 + GatherCode.MOST_VECTORS)][];
      code[score(1)] = ScoreCode.assemble(1);
      code[score(QUERIES)] = ScoreCode.assemble(QUERIES);
      for (int vectors = 1; vectors <= GatherCode.MOST_VECTORS; vectors++) {
        code[gather(1, vectors)] = GatherCode.assemble(1, vectors);
        code[gather(QUERIES, vectors)] = GatherCode.assemble(QUERIES, vectors);
      }
      return MachineCode.load(code);
    }
  }

  /**
   * @param most strips, or runs of slots, of a piece at the most
   * @param stride numbers from one query's scores to the next one's
   */
  public AssembledAttention(int most, int stride) {
    int room = most + ScoreCode.strips(1);
    table = Arena.ofAuto().allocate((long) room * GatherCode.ENTRY * Long.BYTES, Long.BYTES);
    arguments = Arena.ofAuto().allocate(ARGUMENTS * (long) Long.BYTES, Long.BYTES);
    bytesOfStride = (long) stride * Float.BYTES;
  }

  /** Why it does not run on this machine; empty where it does. */
  public static Optional<String> unavailable() {
    return Instructions.AVX512_VNNI.unavailable();
  }

  /** Whether it takes heads of so many elements. */
  public static boolean takes(int dim) {
    return dim % LANES == 0;
  }

  private static int score(int together) {
    return together / QUERIES;
  }

  private static int gather(int together, int vectors) {
    return 2 * vectors + together / QUERIES;
  }

  /** Says how wide a head is, and empties the table. */
  public void begin(int headDim) {
    dim = headDim;
    entries = 0;
  }

  /**
   * Adds a strip to the table.
   *
   * @param keys address of its keys
   * @param slot its first slot, from the first one of the piece; may be negative
   */
  public void strip(long keys, int slot) {
    long at = (long) entries++ * ScoreCode.ENTRY;
    table.setAtIndex(ValueLayout.JAVA_LONG, at, keys);
    table.setAtIndex(ValueLayout.JAVA_LONG, at + 1, (long) slot * Float.BYTES);
  }

  /**
   * Adds a run of slots to the table.
   *
   * @param values address of the first one's value
   * @param slot the first one, from the first one of the piece
   */
  public void run(long values, int slot, int slots) {
    long at = (long) entries++ * GatherCode.ENTRY;
    table.setAtIndex(ValueLayout.JAVA_LONG, at, values);
    table.setAtIndex(ValueLayout.JAVA_LONG, at + 1, (long) slot * Float.BYTES);
    table.setAtIndex(ValueLayout.JAVA_LONG, at + 2, slots);
  }

  /** Says where in float32 on the heap a query of the next {@link #score} begins. */
  public void query(int index, int at) {
    argument(ScoreCode.FIRST_QUERY + index, (long) at * Float.BYTES);
  }

  /**
   * Scores of a table of strips.
   *
   * @param x float32 on the heap that hold the queries
   * @param scores float32 on the heap
   * @param at the first query's score of the first slot of the piece
   * @param together queries: 1 or 4
   */
  public void score(MemorySegment x, MemorySegment scores, int at, int together) {
    fillUp();
    argument(0, entries / ScoreCode.strips(together));
    argument(1, dim / ScoreCode.UNROLLED);
    argument(2, bytesOfStride);
    argument(3, table.address());
    argument(4, (long) at * Float.BYTES);
    MachineCode.call(functions[score(together)], arguments, x, scores);
  }

  /** The last strip once more, until a turn is full: that writes the same scores again. */
  private void fillUp() {
    while (entries % ScoreCode.strips(1) != 0) {
      long last = (long) (entries - 1) * ScoreCode.ENTRY;
      for (int i = 0; i < ScoreCode.ENTRY; i++) {
        long value = table.getAtIndex(ValueLayout.JAVA_LONG, last + i);
        table.setAtIndex(ValueLayout.JAVA_LONG, last + ScoreCode.ENTRY + i, value);
      }
      entries++;
    }
  }

  /**
   * Adds a table of runs, weighted, to the outputs.
   *
   * @param weights float32 on the heap
   * @param sums float32 on the heap, a query's outputs behind those of the one before
   * @param weight the first query's weight of the first slot of the piece
   * @param query whose outputs are the first
   * @param together queries: 1 or 4
   */
  public void gather(
      MemorySegment weights, MemorySegment sums, int weight, int query, int together) {
    long bytes = (long) dim * Float.BYTES;
    argument(0, entries);
    argument(1, bytes);
    argument(2, bytesOfStride);
    argument(3, table.address());
    argument(4, bytes);
    argument(6, (long) weight * Float.BYTES);
    for (int done = 0; done < dim; done += LANES * GatherCode.MOST_VECTORS) {
      argument(5, query * bytes + (long) done * Float.BYTES);
      argument(7, (long) done * Float.BYTES);
      int vectors = Math.min(GatherCode.MOST_VECTORS, (dim - done) / LANES);
      MachineCode.call(functions[gather(together, vectors)], arguments, weights, sums);
    }
  }

  private void argument(int index, long value) {
    arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
  }
}
