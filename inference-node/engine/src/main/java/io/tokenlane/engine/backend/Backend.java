package io.tokenlane.engine.backend;

import io.tokenlane.engine.tensor.Activation;
import io.tokenlane.engine.tensor.Tensor;
import java.util.List;

/**
 * A device and the operations that a decoder's forward pass is made of, coarse enough to be one or
 * two kernels each. Weights, activations and the KV cache are opaque handles that live on the
 * device; handles of one backend are not for another.
 *
 * <p>A step is {@link #begin}, {@link #embed}, then for each layer {@link #normProject}, {@link
 * #storeKv}, {@link #attend}, {@link #projectAdd}, {@link #normProject}, {@link #gate}, {@link
 * #projectAdd}, and at last {@link #logits}; {@link #projectNormAdd} takes the place of {@link
 * #projectAdd} in architectures that norm a layer's results. Operations take effect in that order,
 * but need not be finished when they return; only {@link #logits} waits.
 *
 * <p>What {@link #attend} and {@link #gate} write is for the projection behind them: once that was
 * asked for, those rows may hold anything.
 *
 * <p>What a row comes out as depends on nothing but the row, its sequence's blocks and the weights:
 * not on other rows of the batch nor on their number, bit for bit.
 *
 * <p>One thread at a time. Handles live as long as the backend.
 */
public interface Backend extends AutoCloseable {

  /** Its name, such as {@code vector}. */
  String name();

  /** What it computes with, for logs: instructions, lanes, threads. */
  String description();

  /** Which types of weights it reads. */
  Support support();

  /**
   * Takes matrices whose rows, one after another, form one matrix to apply to rows. May read the
   * tensors in place, so their memory has to stay; or copy them.
   *
   * @param parts at least one, of the same row length
   * @param biases empty, or one vector for each part, as long as that has rows
   */
  Linear linear(List<Tensor> parts, List<Tensor> biases);

  /**
   * As {@link #linear}, for a matrix whose outputs are what {@link #gate} takes: it may lie on the
   * device so that pairs of them come out of one place. Rows of them may hold anything once {@link
   * #gate} took them.
   */
  default Linear gateUp(List<Tensor> parts, List<Tensor> biases) {
    return linear(parts, biases);
  }

  /** Takes a matrix for {@link #embed} alone, whose memory has to stay. */
  Linear table(Tensor table);

  /**
   * Takes a matrix for {@link #embed} that is also a head: one copy may serve both.
   *
   * @param head of that matrix, without biases
   */
  default Linear table(Tensor table, Linear head) {
    return table(table);
  }

  /** Takes the gain of a norm. */
  Norm norm(Tensor gain, float epsilon);

  /** Takes a rotary embedding. */
  Rope rope(RopeSpec spec);

  /** Allocates activations, as zeros. */
  Rows rows(int maxRows, int width);

  /**
   * Allocates a KV cache, as zeros.
   *
   * @param layers number of layers, each of that shape
   * @param blocks number of blocks, at least 1
   * @param blockSize token slots in a block, at least 1
   * @param type how it keeps its numbers
   */
  KvStore kvStore(int layers, HeadShape shape, int blocks, int blockSize, KvType type);

  /** A KV cache in float32. */
  default KvStore kvStore(int layers, HeadShape shape, int blocks, int blockSize) {
    return kvStore(layers, shape, blocks, blockSize, KvType.FLOAT32);
  }

  /**
   * Starts a step, or goes on with another batch of the same sequences where {@link #gathers()}.
   * The batch must not change before {@link #logits} returned.
   */
  void begin(Batch batch);

  /** Whether rows may leave a step before its end, so that {@link #gather} works. */
  default boolean gathers() {
    return false;
  }

  /**
   * {@code to[at + i] = from[picked[i]]} for {@code i < count}; {@code picked} ascends where both
   * are the same.
   *
   * @throws UnsupportedOperationException unless {@link #gathers()}
   */
  default void gather(Rows from, int[] picked, int count, Rows to, int at) {
    throw new UnsupportedOperationException(name() + ": rows cannot leave a step");
  }

  /** As {@link #normProject}, but outputs before {@code first} may come out as anything. */
  default void normProjectFrom(Rows in, Norm norm, Linear weight, int first, Rows out) {
    normProject(in, norm, weight, out);
  }

  /** {@code out[r] = scale * table[token of r]}. */
  void embed(Linear table, float scale, Rows out);

  /** {@code out[r] = weight · rmsnorm(in[r]) + bias}. */
  void normProject(Rows in, Norm norm, Linear weight, Rows out);

  /** {@code sum[r] += weight · in[r] + bias}. */
  void projectAdd(Rows in, Linear weight, Rows sum);

  /** {@code sum[r] += rmsnorm(weight · in[r] + bias)}. */
  void projectNormAdd(Rows in, Linear weight, Norm norm, Rows sum);

  /**
   * Norms query and key heads where the layer says so, turns both by the row's position, in place,
   * and writes keys and values into the row's slot.
   */
  void storeKv(Rows qkv, AttentionLayer layer, KvStore kv);

  /**
   * Attention of each row over the positions of its sequence that the layer's rule names, up to its
   * own: {@code out[r] = softmax(cap(scale * q · kᵀ)) · v} for each head.
   */
  void attend(Rows qkv, AttentionLayer layer, KvStore kv, Rows out);

  /**
   * {@code out[r] = activation(gate) * up}.
   *
   * @param gateUp rows of gate values followed by as many up values
   */
  void gate(Rows gateUp, Activation activation, Rows out);

  /**
   * {@code head · rmsnorm(in[r])} for the batch's output rows; ends the step.
   *
   * @param logits receives {@code batch.outputs() * head.outputs()} values, row-major
   */
  void logits(Rows in, Norm norm, Linear head, float[] logits);

  /**
   * Whether its device has failed for good, so that nothing works any more in this process. Asked
   * after an operation has failed.
   */
  default boolean isBroken() {
    return false;
  }

  /** Whether it draws tokens by itself, so that {@link #draw} and {@link #drawn} work. */
  default boolean draws() {
    return false;
  }

  /**
   * As {@link #logits}, but draws a token from the logits of each output row instead of giving
   * them. It may return before anything was computed; {@link #drawn} waits.
   *
   * @param draws has a row for each of the batch's output rows
   * @throws UnsupportedOperationException unless {@link #draws()}
   */
  default void draw(Rows in, Norm norm, Linear head, Draws draws) {
    throw new UnsupportedOperationException(name() + ": does not draw");
  }

  /**
   * The same for a whole step, if the backend knows what it does from an earlier one: all that lies
   * between {@link #begin} and {@link #draw} need not be asked for again. Whoever calls this has
   * the same operations for the same rows and store each time.
   *
   * @param in what {@link #draw} takes
   * @return false if nothing was done, and the step has to be asked for
   */
  default boolean drawAgain(Batch batch, Rows in, KvStore kv, Draws draws) {
    return false;
  }

  /**
   * Ends the step that {@link #draw} or {@link #drawAgain} began. Between the two nothing else may
   * be asked for.
   *
   * @param draws the same; receives what was drawn
   */
  default void drawn(Draws draws) {
    throw new UnsupportedOperationException(name() + ": does not draw");
  }

  /**
   * Copies one row to the host, once all operations before have finished.
   *
   * @param values receives {@code rows.width()} values
   */
  void read(Rows rows, int row, float[] values);

  /** Frees what was made with it, but for KV stores, which their owners close before. */
  @Override
  void close();
}
