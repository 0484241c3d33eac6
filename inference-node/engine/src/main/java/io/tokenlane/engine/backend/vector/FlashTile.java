package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.AttentionRule;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.host.HostKvStore;
import io.tokenlane.engine.backend.host.HostRows;
import io.tokenlane.engine.backend.x86.FlashAttention;

/**
 * A tile of queries that look at all positions from the first on, in one call of machine code. The
 * bits are those of {@link AttendTile}. Each thread has its own.
 */
final class FlashTile {
  private static final int STRIP = FlashAttention.STRIP;

  private final FlashAttention code = new FlashAttention();
  private int end;

  /** Whether it computes heads of so many elements under that rule. */
  static boolean takes(Batch batch, AttentionRule rule, int dim) {
    return rule.softCap() == 0
        && FlashAttention.takes(dim)
        && batch.blockSize() % STRIP == 0
        && Lanes.COUNT == STRIP;
  }

  /** Starts a tile of at most so many queries. */
  void begin(HostKvStore kv, int dim, int queries) {
    code.begin(dim, kv.type() == KvType.INT8, queries);
    end = 0;
  }

  /**
   * Adds a query, whose position is no lower than that of the one before.
   *
   * @param at where it begins in the rows
   * @param to where its result goes
   * @param ends behind its own position
   */
  void addQuery(int at, int to, int ends) {
    code.query(at, to, ends);
    end = ends;
  }

  /**
   * Adds all positions of the tile's sequence.
   *
   * @param table where its blocks begin in the batch's tables
   */
  void addPositions(Batch batch, int table, HostKvStore kv, int layer, int kvHead) {
    code.room(Math.ceilDiv(end, STRIP));
    long memory = kv.memory().address();
    for (int position = 0; position < end; position += batch.blockSize()) {
      int block = batch.blockTables[table + position / batch.blockSize()];
      long keys = memory + kv.keys(layer, block, kvHead);
      long values = memory + kv.values(layer, block, kvHead);
      int slots = Math.min(batch.blockSize(), end - position);
      for (int slot = 0; slot < slots; slot += STRIP) {
        long scales = kv.scaleOffset(slot);
        code.strip(
            keys + kv.keyOffset(slot, 0),
            values + kv.valueOffset(slot, 0),
            keys + scales,
            values + scales,
            Math.min(STRIP, slots - slot));
      }
    }
  }

  void attend(HostRows from, HostRows to, float scale) {
    code.attend(from.segment, to.segment, scale);
  }
}
