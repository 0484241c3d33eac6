package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import java.util.Arrays;

/** One sequence on a model, its blocks scattered over the cache backwards. */
final class Runs implements AutoCloseable {
  static final int BLOCK_SIZE = 16;

  private final Model model;
  private final KvStore kv;
  private final Batch batch;
  private final int[] blocks;
  private int position;

  Runs(Model model, int maxRows, int maxTokens) {
    this(model, maxRows, maxTokens, KvType.FLOAT32);
  }

  Runs(Model model, int maxRows, int maxTokens, KvType type) {
    this.model = model;
    int count = (maxTokens + BLOCK_SIZE - 1) / BLOCK_SIZE;
    kv = model.kvStore(count + 1, BLOCK_SIZE, type);
    batch = new Batch(maxRows, 1, count, BLOCK_SIZE);
    blocks = new int[count];
    Arrays.setAll(blocks, i -> count - i);
  }

  /** Computes tokens behind those before, in one step; gives the logits of each. */
  float[][] step(int... tokens) {
    batch.clear();
    batch.beginSequence(blocks, blocks.length);
    for (int token : tokens) {
      batch.addRow(token, position++, true);
    }
    int vocabulary = model.config().vocabularySize();
    float[] logits = new float[tokens.length * vocabulary];
    model.forward(batch, kv, logits);
    float[][] rows = new float[tokens.length][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary));
    return rows;
  }

  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  @Override
  public void close() {
    kv.close();
  }
}
