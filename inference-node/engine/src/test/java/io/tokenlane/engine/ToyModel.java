package io.tokenlane.engine;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.ModelConfig;
import java.util.Arrays;

/**
 * A model whose logits are a hash of all that it reads back from the KV cache: one wrong slot,
 * block table, position or stale block changes what it generates. It also refuses batches that no
 * model should see.
 */
final class ToyModel implements Model {
  static final int VOCABULARY = 64;

  /** A token after which logits are not numbers. */
  static final int POISON = 63;

  private final ModelConfig config;
  private final int bytesPerToken;

  private final long[] lastStates = new long[4096];

  /** Set to make the next step fail. */
  boolean failNext;

  /** Most rows seen in a step. */
  int mostRows;

  /** Rows computed since the start. */
  long allRows;

  /** Bytes of KV stores that were made and not closed. */
  long kvBytes;

  ToyModel(int contextLength) {
    config = new ModelConfig("toy", VOCABULARY, contextLength, 8, 16, 3, 1, 1, 8, 1e-5f, 10000);
    bytesPerToken = Long.BYTES;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public KvStore kvStore(int blocks, int blockSize, KvType type) {
    return new ToyKv(this, blocks, blockSize);
  }

  @Override
  public long kvBytesPerToken(KvType type) {
    return bytesPerToken;
  }

  @Override
  public void forward(Batch batch, KvStore kv, float[] logits) {
    ToyKv store = (ToyKv) kv;
    mostRows = Math.max(mostRows, batch.rows());
    allRows += batch.rows();
    if (failNext) {
      failNext = false;
      Arrays.fill(store.states, -1);
      throw new IllegalStateException("the device fell off");
    }
    store.beginStep(batch);
    for (int row = 0; row < batch.rows(); row++) {
      compute(batch, store, row);
    }
    for (int output = 0; output < batch.outputs(); output++) {
      writeLogits(batch, store, output, logits);
      lastStates[output] = store.states[batch.slots[batch.outputRows[output]]];
    }
  }

  @Override
  public void states(Batch batch, KvStore kv, float[] states) {
    float[] none = new float[batch.outputs() * VOCABULARY];
    forward(batch, kv, none);
    int hidden = config.hiddenSize();
    for (int row = 0; row < batch.rows(); row++) {
      long state = ((ToyKv) kv).states[batch.slots[row]];
      for (int i = 0; i < hidden; i++) {
        states[row * hidden + i] = (mix(state + i) >>> 40) / 4e6f - 2;
      }
    }
  }

  /** The first layers say the same as all, but for a third of the rows. */
  @Override
  public void forward(Batch batch, KvStore kv, int layers, float[] logits) {
    forward(batch, kv, logits);
    for (int output = 0; output < batch.outputs(); output++) {
      long hash = ((ToyKv) kv).states[batch.slots[batch.outputRows[output]]];
      if (hash % 3 == 0) {
        logits[output * VOCABULARY + (int) (hash >>> 58) % POISON] = 3;
      }
    }
  }

  @Override
  public void readState(int output, float[] state) {
    for (int i = 0; i < state.length; i++) {
      state[i] = (mix(lastStates[output] + i) >>> 40) / 4e6f - 2;
    }
  }

  @Override
  public void close() {}

  private static void compute(Batch batch, ToyKv store, int row) {
    int sequence = batch.sequenceOfRow[row];
    int position = batch.positions[row];
    int slot = slotOf(batch, sequence, position);
    require(batch.slots[row] == slot, "slot of row " + row);
    long before = position == 0 ? 1 : store.states[slotOf(batch, sequence, position - 1)];
    store.write(slot, mix(before * 31 + batch.tokens[row] * 1009L + position));
  }

  private static void writeLogits(Batch batch, ToyKv store, int output, float[] logits) {
    int row = batch.outputRows[output];
    long hash = 7;
    for (int position = 0; position <= batch.positions[row]; position++) {
      hash = mix(hash ^ store.states[slotOf(batch, batch.sequenceOfRow[row], position)]);
    }
    boolean poisoned = batch.tokens[row] == POISON;
    for (int id = 0; id < VOCABULARY; id++) {
      long bits = mix(hash + id) >>> 40;
      logits[output * VOCABULARY + id] = poisoned ? Float.NaN : bits / 4e6f - 2;
    }
    // Poison is for prompts; the toy itself never says it.
    if (!poisoned) {
      logits[output * VOCABULARY + POISON] = -100;
    }
  }

  private static int slotOf(Batch batch, int sequence, int position) {
    int block = batch.blockTables[sequence * batch.maxBlocks() + position / batch.blockSize()];
    return block * batch.blockSize() + position % batch.blockSize();
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("batch: wrong " + what);
    }
  }

  private static final class ToyKv implements KvStore {
    private final int blocks;
    private final int blockSize;
    private final long[] states;
    private final int[] tablesOfBlock;
    private final boolean[] written;
    private final ToyModel model;
    private boolean closed;

    ToyKv(ToyModel model, int blocks, int blockSize) {
      this.model = model;
      this.blocks = blocks;
      this.blockSize = blockSize;
      states = new long[blocks * blockSize];
      written = new boolean[states.length];
      tablesOfBlock = new int[blocks];
      model.kvBytes += bytes();
    }

    void beginStep(Batch batch) {
      require(!closed, "store: closed");
      Arrays.fill(written, false);
      Arrays.fill(tablesOfBlock, 0);
      for (int sequence = 0; sequence < batch.sequences(); sequence++) {
        int last = batch.firstRow[sequence] + batch.rowCount[sequence] - 1;
        for (int at = 0; at <= batch.positions[last] / blockSize; at++) {
          tablesOfBlock[batch.blockTables[sequence * batch.maxBlocks() + at]]++;
        }
      }
    }

    void write(int slot, long state) {
      require(!written[slot], "slot " + slot + ": written twice in a step");
      require(tablesOfBlock[slot / blockSize] == 1, "slot " + slot + ": written while shared");
      written[slot] = true;
      states[slot] = state;
    }

    @Override
    public int blocks() {
      return blocks;
    }

    @Override
    public int blockSize() {
      return blockSize;
    }

    @Override
    public long bytes() {
      return (long) states.length * Long.BYTES;
    }

    @Override
    public void copyBlock(int from, int to) {
      System.arraycopy(states, from * blockSize, states, to * blockSize, blockSize);
    }

    @Override
    public void close() {
      closed = true;
      model.kvBytes -= bytes();
    }
  }
}
