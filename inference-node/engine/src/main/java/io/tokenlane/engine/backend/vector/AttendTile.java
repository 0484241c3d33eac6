package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.host.HostKvStore;
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

  /** Before and behind a query's scores, for the slots of a strip that are not of the piece. */
  private static final int MARGIN = HostKvStore.STRIP;

  private static final int STRIDE = MARGIN + PIECE + MARGIN;
  private static final int STRIP = HostKvStore.STRIP;
  private static final int FOUR = StripKernel.QUERIES;

  private final StripKernel.Scores scores = new StripKernel.Scores();
  private float[] sums = {};
  private int[] at = {};
  private int[] counts = {};
  private OnlineSoftmax[] softmaxes = {};
  private int queries;

  private Batch batch = new Batch(1, 1, 1, 1);
  private @Nullable HostKvStore kv;
  private int layer;
  private int kvHead;
  private int dim;
  private int table;

  AttendTile() {
    scores.stride = STRIDE;
  }

  void begin(Batch nextBatch, HeadShape shape, HostKvStore nextKv, int nextLayer, int nextKvHead) {
    batch = nextBatch;
    kv = nextKv;
    layer = nextLayer;
    kvHead = nextKvHead;
    dim = shape.headDim();
    scores.dim = dim;
    queries = 0;
  }

  /** Adds the query at {@code index} of the values; all are of one sequence. */
  void addQuery(int row, int index) {
    if (queries == at.length) {
      grow();
    }
    at[queries] = index;
    counts[queries] = batch.positions[row] + 1;
    softmaxes[queries].reset();
    table = batch.sequenceOfRow[row] * batch.maxBlocks();
    queries++;
  }

  private void grow() {
    int room = Math.max(FOUR * FOUR, 2 * at.length);
    int old = softmaxes.length;
    at = Arrays.copyOf(at, room);
    counts = Arrays.copyOf(counts, room);
    softmaxes = Arrays.copyOf(softmaxes, room);
    for (int i = old; i < room; i++) {
      softmaxes[i] = new OnlineSoftmax();
    }
    scores.values = new float[room * STRIDE];
  }

  int queries() {
    return queries;
  }

  /** Computes all queries. */
  void attend(float[] values) {
    if (sums.length < at.length * dim) {
      sums = new float[at.length * dim];
    }
    Arrays.fill(sums, 0, queries * dim, 0);
    int most = counts[queries - 1];
    for (int base = 0; base < most; base += PIECE) {
      score(values, base, Math.min(base + PIECE, most));
      weigh(base);
      gather(base);
    }
  }

  private void score(float[] values, int base, int end) {
    HostKvStore store = store();
    for (int position = base; position < end; ) {
      int slot = position % batch.blockSize();
      int lane = slot % STRIP;
      long key = store.keys(layer, block(position), kvHead) + store.keyOffset(slot - lane, 0);
      for (int query = 0; query < queries; ) {
        scores.at = query * STRIDE + MARGIN + position - base - lane;
        if (query + FOUR <= queries) {
          StripKernel.score4(values, at, query, store.memory(), key, scores);
          query += FOUR;
        } else {
          StripKernel.score(values, at[query], store.memory(), key, dim, scores);
          query++;
        }
      }
      position += Math.min(STRIP - lane, batch.blockSize() - slot);
    }
  }

  private void weigh(int base) {
    float scale = (float) (1 / Math.sqrt(dim));
    for (int query = 0; query < queries; query++) {
      int valid = valid(query, base);
      if (valid > 0) {
        int first = query * STRIDE + MARGIN;
        float factor = softmaxes[query].weigh(scores.values, first, valid, scale);
        if (factor != 1) {
          for (int i = query * dim; i < (query + 1) * dim; i++) {
            sums[i] *= factor;
          }
        }
      }
    }
  }

  private void gather(int base) {
    for (int query = 0; query < queries; ) {
      int together = query + FOUR <= queries && StripKernel.gathersFour(dim) ? FOUR : 1;
      int common = Math.max(0, valid(query, base)); // the first row of a tile sees the least
      gather(query, together, base, 0, common);
      for (int i = query; i < query + together; i++) {
        gather(i, 1, base, common, Math.max(common, valid(i, base)));
      }
      query += together;
    }
  }

  /** Gathers the positions {@code base + from} to {@code base + to} for one query or four. */
  private void gather(int query, int together, int base, int from, int to) {
    HostKvStore store = store();
    for (int i = from; i < to; ) {
      int slot = (base + i) % batch.blockSize();
      int slots = Math.min(batch.blockSize() - slot, to - i);
      long begin = store.values(layer, block(base + i), kvHead);
      long value = begin + (long) slot * dim * Float.BYTES;
      scores.at = query * STRIDE + MARGIN + i;
      scores.output = query * dim;
      if (together == FOUR) {
        StripKernel.gather4(scores, slots, store.memory(), value, sums);
      } else {
        StripKernel.gather(scores, slots, store.memory(), value, sums);
      }
      i += slots;
    }
  }

  private int valid(int query, int base) {
    return Math.min(PIECE, counts[query] - base);
  }

  private int block(int position) {
    return batch.blockTables[table + position / batch.blockSize()];
  }

  private HostKvStore store() {
    return Objects.requireNonNull(kv);
  }

  /** Writes a query's result. */
  void write(int query, float[] out, int to) {
    float inverse = 1 / softmaxes[query].sum();
    for (int i = 0; i < dim; i++) {
      out[to + i] = sums[query * dim + i] * inverse;
    }
  }
}
