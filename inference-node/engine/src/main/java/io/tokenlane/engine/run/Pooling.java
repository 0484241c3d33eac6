package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.model.Model;
import java.util.List;

/**
 * Means of the last hidden states of texts, computed in passes over as many rows as fit a step. The
 * texts share passes; each has a KV cache of its own for as long as it runs. Not thread-safe.
 */
public final class Pooling implements AutoCloseable {
  private final Model model;
  private final Sizes sizes;
  private final List<int[]> inputs;
  private final float[][] sums;
  private final float[] states;
  private final Batch batch;
  private final int[] blockIds;
  private final KvStore kv;
  private int input;
  private int position;

  /**
   * Bounds of a pass.
   *
   * @param rows most tokens
   * @param sequences most texts
   * @param blockSize token slots in a KV block
   * @param kvTokens most token slots of the texts of a pass, rounded up to whole blocks; a text
   *     alone has what it needs
   */
  public record Sizes(int rows, int sequences, int blockSize, long kvTokens) {
    /** A batch for passes over inputs of a model. */
    public Batch batch(Model model) {
      int blocks = Math.ceilDiv(model.config().contextLength(), blockSize);
      return new Batch(rows, sequences, blocks, blockSize);
    }
  }

  /**
   * @param batch of these sizes, for this pass alone while it runs
   * @param inputs token ids, at least one in each, and at most what a prompt may have
   */
  public Pooling(Model model, Sizes sizes, Batch batch, List<int[]> inputs) {
    this.model = model;
    this.sizes = sizes;
    this.batch = batch;
    this.inputs = inputs;
    int hidden = model.config().hiddenSize();
    sums = new float[inputs.size()][hidden];
    states = new float[Math.multiplyExact(sizes.rows, hidden)];
    int blocks = blocks();
    blockIds = new int[blocks];
    kv = model.kvStore(blocks, sizes.blockSize);
  }

  /**
   * As many as the largest pass can use: a long text its whole length, short ones beside each other
   * no more than their rows.
   */
  private int blocks() {
    int longest = inputs.stream().mapToInt(this::blocksOf).max().orElse(1);
    long all = inputs.stream().mapToLong(this::blocksOf).sum();
    long pass = (long) longest + Math.ceilDiv(sizes.rows, sizes.blockSize) + sizes.sequences;
    long most = Math.max(longest, Math.ceilDiv(sizes.kvTokens, sizes.blockSize));
    return Math.toIntExact(Math.min(most, Math.min(all, pass)));
  }

  private int blocksOf(int[] ids) {
    return Math.ceilDiv(ids.length, sizes.blockSize);
  }

  /** Runs one pass; false if all texts are done. */
  public boolean advance() {
    if (input == inputs.size()) {
      return false;
    }
    batch.clear();
    int first = input;
    int from = position;
    int block = 0;
    while (input < inputs.size() && fits(first, block)) {
      block += add(block);
    }
    model.states(batch, kv, states);
    collect(first, from);
    return true;
  }

  /** Whether the next text joins this pass: the first does, and others if they fit whole. */
  private boolean fits(int first, int taken) {
    int rows = batch.rows();
    int[] ids = inputs.get(input);
    boolean whole = rows + ids.length <= sizes.rows && taken + blocksOf(ids) <= blockIds.length;
    return rows == 0 || (input > first && whole && batch.sequences() < sizes.sequences);
  }

  /** Adds what fits of the next text; gives the blocks that it took. */
  private int add(int firstBlock) {
    int[] ids = inputs.get(input);
    int blocks = blocksOf(ids);
    for (int i = 0; i < blocks; i++) {
      blockIds[i] = firstBlock + i;
    }
    batch.beginSequence(blockIds, blocks);
    int end = Math.min(ids.length, position + sizes.rows - batch.rows());
    while (position < end) {
      batch.addRow(ids[position], position, false);
      position++;
    }
    if (end == ids.length) {
      input++;
      position = 0;
    }
    return blocks;
  }

  private void collect(int first, int from) {
    int hidden = model.config().hiddenSize();
    int text = first;
    int at = from;
    for (int row = 0; row < batch.rows(); row++) {
      float[] sum = sums[text];
      for (int i = 0; i < hidden; i++) {
        sum[i] += states[row * hidden + i];
      }
      at++;
      if (at == inputs.get(text).length) {
        text++;
        at = 0;
      }
    }
  }

  /** The mean of each text's states, once all passes ran. */
  public float[][] means() {
    for (int text = 0; text < sums.length; text++) {
      for (int i = 0; i < sums[text].length; i++) {
        sums[text][i] /= inputs.get(text).length;
      }
    }
    return sums;
  }

  @Override
  public void close() {
    kv.close();
  }
}
