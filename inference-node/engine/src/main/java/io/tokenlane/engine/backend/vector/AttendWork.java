package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.AttentionLayer;
import io.tokenlane.engine.backend.AttentionRule;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.host.HostKvStore;
import io.tokenlane.engine.backend.host.HostRows;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attention over the paged cache, split into tiles of neighbouring rows of a sequence, for each
 * key-value head: all query heads of a tile's rows that read this head are computed together.
 */
final class AttendWork implements Workers.Work {
  /** Queries of a tile, about. */
  private static final int QUERIES = 16;

  private final AttendTile[] tiles;
  private Batch batch = new Batch(1, 1, 1, 1);
  private HeadShape shape = new HeadShape(1, 1, 1);
  private @Nullable AttentionLayer layer;
  private @Nullable HostRows qkv;
  private @Nullable HostKvStore kv;
  private @Nullable HostRows out;

  /** First row of each tile, and behind the last one the number of rows. */
  private int[] firstRows = {};

  private int count;

  AttendWork(int threads, boolean assembled) {
    tiles = new AttendTile[threads];
    for (int i = 0; i < threads; i++) {
      tiles[i] = new AttendTile(assembled);
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
    layer = nextLayer;
    qkv = nextQkv;
    kv = nextKv;
    out = nextOut;
    cut();
  }

  private int group() {
    return shape.heads() / shape.kvHeads();
  }

  private void cut() {
    if (firstRows.length <= batch.maxRows()) {
      firstRows = new int[batch.maxRows() + 1];
    }
    int rows = Math.max(1, QUERIES / group());
    count = 0;
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      int end = batch.firstRow[sequence] + batch.rowCount[sequence];
      for (int row = batch.firstRow[sequence]; row < end; row += rows) {
        firstRows[count++] = row;
      }
    }
    firstRows[count] = batch.rows();
  }

  /** Multiplications and additions that it takes, about. */
  long size() {
    AttentionRule rule = Objects.requireNonNull(layer).rule();
    long positions = 0;
    for (int row = 0; row < batch.rows(); row++) {
      positions += batch.positions[row] + 1L - rule.first(batch.positions[row]);
    }
    return 2 * positions * shape.queryWidth();
  }

  int chunks() {
    return count * shape.kvHeads();
  }

  @Override
  public void run(int chunk, int thread) {
    HostRows from = Objects.requireNonNull(qkv);
    HostRows to = Objects.requireNonNull(out);
    AttendTile tile = tiles[thread];
    int index = chunk / shape.kvHeads();
    int kvHead = chunk % shape.kvHeads();
    tile.begin(batch, Objects.requireNonNull(layer), Objects.requireNonNull(kv), kvHead);
    for (int row = firstRows[index]; row < firstRows[index + 1]; row++) {
      for (int head = kvHead * group(); head < (kvHead + 1) * group(); head++) {
        int at = head * shape.headDim();
        tile.addQuery(row, row * from.width() + at, row * to.width() + at);
      }
    }
    tile.attend(from, to);
  }
}
