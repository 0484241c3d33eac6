package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.AttentionRule;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.host.HostKvStore;
import io.tokenlane.engine.backend.host.HostRows;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Attention over the paged cache, split by rows and key-value heads. */
final class AttendWork implements Workers.Work {
  private final Head[] heads;
  private Batch batch = new Batch(1, 1, 1, 1);
  private HeadShape shape = new HeadShape(1, 1, 1);
  private AttentionRule rule = AttentionRule.full(shape);
  private int layer;
  private @Nullable HostRows qkv;
  private @Nullable HostKvStore kv;
  private @Nullable HostRows out;

  AttendWork(int threads) {
    heads = new Head[threads];
    for (int i = 0; i < threads; i++) {
      heads[i] = new Head();
    }
  }

  void set(
      Batch nextBatch,
      AttentionLayer nextLayer,
      HostRows nextQkv,
      HostKvStore nextKv,
      HostRows nextOut) {
    batch = nextBatch;
    shape = nextLayer.shape();
    rule = nextLayer.rule();
    layer = nextLayer.layer();
    qkv = nextQkv;
    kv = nextKv;
    out = nextOut;
    for (Head head : heads) {
      head.makeRoom(batch.maxBlocks() * batch.blockSize());
    }
  }

  /** Multiplications and additions that it takes, about. */
  long size() {
    long positions = 0;
    for (int row = 0; row < batch.rows(); row++) {
      positions += batch.positions[row] + 1L - rule.first(batch.positions[row]);
    }
    return 2 * positions * shape.queryWidth();
  }

  @Override
  public void run(int part, int parts) {
    int group = shape.heads() / shape.kvHeads();
    int units = batch.rows() * shape.kvHeads();
    for (int unit = part; unit < units; unit += parts) {
      for (int i = 0; i < group; i++) {
        int kvHead = unit % shape.kvHeads();
        heads[part].attend(unit / shape.kvHeads(), kvHead * group + i, kvHead);
      }
    }
  }

  /** One head of one row at a time; each thread has its own. */
  private final class Head {
    private final SlotKernel kernel = new SlotKernel();
    private float[] scores = {};
    private int from;
    private int end;
    private int table;
    private int kvHead;

    private void makeRoom(int positions) {
      if (scores.length < positions) {
        scores = new float[positions];
      }
    }

    private void attend(int row, int head, int nextKvHead) {
      HostRows rows = Objects.requireNonNull(qkv);
      HostRows to = Objects.requireNonNull(out);
      HostKvStore store = Objects.requireNonNull(kv);
      from = rule.first(batch.positions[row]);
      end = batch.positions[row] + 1;
      table = batch.sequenceOfRow[row] * batch.maxBlocks();
      kvHead = nextKvHead;
      int dim = shape.headDim();
      score(store, rows.values, row * rows.width() + head * dim);
      weigh(end - from);
      gather(store, to.values, row * to.width() + head * dim);
    }

    /** Turns scores into weights. */
    private void weigh(int count) {
      float scale = rule.scale();
      if (rule.softCap() != 0) {
        SlotKernel.cap(scores, count, scale, rule.softCap());
        scale = 1;
      }
      SlotKernel.softmax(scores, count, scale);
    }

    private void score(HostKvStore store, float[] queries, int query) {
      for (int first = from; first < end; first += slots(first)) {
        long keys = store.keys(layer, block(first), kvHead);
        kernel.slots(store.memory(), keys + skipped(first), slots(first), shape.headDim());
        kernel.score(queries, query, scores, first - from);
      }
    }

    private void gather(HostKvStore store, float[] outputs, int output) {
      int dim = shape.headDim();
      Arrays.fill(outputs, output, output + dim, 0);
      for (int first = from; first < end; first += slots(first)) {
        long values = store.values(layer, block(first), kvHead);
        kernel.slots(store.memory(), values + skipped(first), slots(first), dim);
        kernel.gather(scores, first - from, outputs, output);
      }
    }

    private int block(int position) {
      return batch.blockTables[table + position / batch.blockSize()];
    }

    /** Positions from this one to the end of its block, or of the sequence. */
    private int slots(int first) {
      return Math.min(batch.blockSize() - first % batch.blockSize(), end - first);
    }

    /** Bytes of its block before a position. */
    private long skipped(int first) {
      return (long) (first % batch.blockSize()) * shape.headDim() * Float.BYTES;
    }
  }
}
