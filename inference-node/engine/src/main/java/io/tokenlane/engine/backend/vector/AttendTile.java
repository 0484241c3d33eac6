package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.AttentionRule;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.host.HostKvStore;
import io.tokenlane.engine.backend.host.HostRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attention of some queries of one sequence over one key-value head, in one pass over keys and
 * values (Dao et al. 2022, FlashAttention): a piece of positions is scored, weighed and gathered
 * before the next one. Pieces begin at the same positions for every query, so a query's result does
 * not depend on those beside it. Each thread has its own.
 */
final class AttendTile {
  /** Positions of a piece; a multiple of the strip. */
  private static final int PIECE = 64;

  private static final int STRIP = HostKvStore.STRIP;
  private static final int FOUR = Queries.TOGETHER;

  /** A strip's slots that are not of the piece are scored into the margin. */
  private final Queries space = new Queries(PIECE, STRIP);

  private final HeadKernel kernel;
  private final Parts strips = new Parts(PIECE);
  private final Parts runs = new Parts(PIECE);
  private int[] firsts = {};
  private int[] ends = {};
  private int[] results = {};
  private OnlineSoftmax[] softmaxes = {};
  private int queries;

  /** What 8-bit keys and values are unpacked to. */
  private final Int8Slots.Target valuePiece = new Int8Slots.Target();

  private final Int8Slots.Target keyStrips = new Int8Slots.Target();
  private boolean int8;

  private Batch batch = new Batch(1, 1, 1, 1);
  private @Nullable HostKvStore kv;
  private AttentionRule rule = new AttentionRule(1, 0, 0);
  private int layer;
  private int kvHead;
  private int dim;
  private int table;

  /** Takes tiles that are without a window or a cap of scores. */
  private final @Nullable FlashTile flash;

  AttendTile(boolean assembled) {
    kernel = assembled ? new AssembledHeads(PIECE, space.stride()) : new VectorHeads();
    flash = assembled ? new FlashTile() : null;
  }

  void begin(Batch nextBatch, AttentionLayer nextLayer, HostKvStore nextKv, int nextKvHead) {
    batch = nextBatch;
    kv = nextKv;
    rule = nextLayer.rule();
    layer = nextLayer.layer();
    kvHead = nextKvHead;
    dim = nextLayer.shape().headDim();
    space.dim = dim;
    int8 = nextKv.type() == KvType.INT8;
    if (int8 && valuePiece.memory.byteSize() < (long) PIECE * dim * Float.BYTES) {
      keyStrips.memory = Arena.ofAuto().allocate(PIECE * stripBytes(), Long.BYTES);
      valuePiece.memory = Arena.ofAuto().allocate((long) PIECE * dim * Float.BYTES, Long.BYTES);
    }
    queries = 0;
  }

  /**
   * Adds a query; all are of one sequence, in the order of their positions.
   *
   * @param index where it begins in the values
   * @param to where its result goes
   */
  void addQuery(int row, int index, int to) {
    if (queries == firsts.length) {
      grow();
    }
    space.at[queries] = index;
    results[queries] = to;
    firsts[queries] = rule.first(batch.positions[row]);
    ends[queries] = batch.positions[row] + 1;
    table = batch.sequenceOfRow[row] * batch.maxBlocks();
    queries++;
  }

  private void grow() {
    int old = softmaxes.length;
    int room = Math.max(FOUR * FOUR, 2 * old);
    space.grow(room);
    firsts = Arrays.copyOf(firsts, room);
    ends = Arrays.copyOf(ends, room);
    results = Arrays.copyOf(results, room);
    softmaxes = Arrays.copyOf(softmaxes, room);
    for (int i = old; i < room; i++) {
      softmaxes[i] = new OnlineSoftmax();
    }
  }

  /** Computes all queries. */
  void attend(HostRows from, HostRows to) {
    FlashTile whole = flash;
    if (whole != null && firsts[queries - 1] == 0 && FlashTile.takes(batch, rule, dim)) {
      whole.begin(store(), dim, queries);
      for (int i = 0; i < queries; i++) {
        whole.addQuery(space.at[i], results[i], ends[i]);
      }
      whole.addPositions(batch, table, store(), layer, kvHead);
      whole.attend(from, to, rule.scale());
    } else {
      attendByPieces(from.values);
      for (int i = 0; i < queries; i++) {
        write(i, to.values, results[i]);
      }
    }
  }

  private void attendByPieces(float[] values) {
    for (int i = 0; i < queries; i++) {
      softmaxes[i].reset();
    }
    space.begin(values, Math.ceilDiv(queries, FOUR) * FOUR);
    fillUp();
    int end = ends[queries - 1];
    for (int base = firsts[0] / PIECE * PIECE; base < end; base += PIECE) {
      score(base, Math.min(base + PIECE, end));
      weigh(base);
      if (int8) {
        unpackValues(base, Math.min(base + PIECE, end));
      }
      gather(base);
    }
  }

  /** Repeats the last query up to a multiple of four: four cost less than two or three alone. */
  private void fillUp() {
    for (int i = queries; i % FOUR != 0; i++) {
      space.at[i] = space.at[queries - 1];
      firsts[i] = firsts[queries - 1];
      ends[i] = ends[queries - 1];
    }
  }

  private void score(int base, int end) {
    HostKvStore store = store();
    strips.clear();
    for (int position = base; position < end; ) {
      int slot = position % batch.blockSize();
      int lane = slot % STRIP;
      int slots = Math.min(STRIP - lane, batch.blockSize() - slot);
      long keys = store.keys(layer, block(position), kvHead);
      long strip = keys + store.keyOffset(slot - lane, 0);
      if (int8) {
        keyStrips.at = strips.size() * stripBytes();
        long scales = keys + store.scaleOffset(slot - lane);
        Int8Slots.keys(store.memory(), strip, scales, dim, keyStrips);
        strip = keyStrips.at;
      }
      strips.add(strip, position - base - lane, slots);
      position += slots;
    }
    MemorySegment memory = int8 ? keyStrips.memory : store.memory();
    for (int query = 0; query < queries; ) {
      int together = query + 1 < queries ? FOUR : 1;
      kernel.score(space, query, together, memory, strips);
      query += together;
    }
  }

  private long stripBytes() {
    return (long) STRIP * dim * Float.BYTES;
  }

  private void weigh(int base) {
    for (int query = 0; query < queries; query++) {
      int from = from(query, base);
      int count = to(query, base) - from;
      if (count > 0) {
        rescale(query, weigh(query, space.score(query, from), count));
      }
    }
  }

  private float weigh(int query, int first, int count) {
    if (rule.softCap() == 0) {
      return softmaxes[query].weigh(space.scores, first, count, rule.scale());
    }
    OnlineSoftmax.cap(space.scores, first, count, rule.scale(), rule.softCap());
    return softmaxes[query].weigh(space.scores, first, count, 1);
  }

  private void rescale(int query, float factor) {
    for (int i = query * dim; factor != 1 && i < (query + 1) * dim; i++) {
      space.sums[i] *= factor;
    }
  }

  /** Position by position upwards for every query; four at once where all four look. */
  private void gather(int base) {
    for (int query = 0; query < queries; ) {
      int together = query + 1 < queries && kernel.gathersFour(dim) ? FOUR : 1;
      int from = from(query + together - 1, base);
      int to = Math.max(from, to(query, base));
      for (int i = query; i < query + together; i++) {
        gather(i, 1, base, from(i, base), Math.min(from, to(i, base)));
      }
      gather(query, together, base, from, to);
      for (int i = query; i < query + together; i++) {
        gather(i, 1, base, Math.max(to, from(i, base)), to(i, base));
      }
      query += together;
    }
  }

  /** Gathers the positions {@code base + from} to {@code base + to} for one query or four. */
  private void gather(int query, int together, int base, int from, int to) {
    HostKvStore store = store();
    runs.clear();
    for (int i = from; i < to; ) {
      int slot = (base + i) % batch.blockSize();
      int slots = Math.min(batch.blockSize() - slot, to - i);
      long value =
          int8
              ? (long) i * dim * Float.BYTES
              : store.values(layer, block(base + i), kvHead) + store.valueOffset(slot, 0);
      runs.add(value, i, slots);
      i += slots;
    }
    if (from < to) {
      kernel.gather(space, query, together, int8 ? valuePiece.memory : store.memory(), runs);
    }
  }

  /** The values of a piece as float32, once for all queries. */
  private void unpackValues(int base, int end) {
    HostKvStore store = store();
    for (int position = base; position < end; position++) {
      int slot = position % batch.blockSize();
      long head = store.values(layer, block(position), kvHead);
      long value = head + store.valueOffset(slot, 0);
      valuePiece.at = (long) (position - base) * dim * Float.BYTES;
      Int8Slots.value(store.memory(), value, store.scale(head, slot), dim, valuePiece);
    }
  }

  /** The first position of a piece that a query looks at, from the piece's begin. */
  private int from(int query, int base) {
    return Math.clamp(firsts[query] - base, 0, PIECE);
  }

  /** Behind the last position of a piece that a query looks at; none if not above the first. */
  private int to(int query, int base) {
    return Math.min(PIECE, ends[query] - base);
  }

  private int block(int position) {
    return batch.blockTables[table + position / batch.blockSize()];
  }

  private HostKvStore store() {
    return Objects.requireNonNull(kv);
  }

  private void write(int query, float[] out, int to) {
    float inverse = 1 / softmaxes[query].sum();
    for (int i = 0; i < dim; i++) {
      out[to + i] = space.sums[query * dim + i] * inverse;
    }
  }
}
