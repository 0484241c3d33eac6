package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;

/** A decoder with its weights on a backend. One thread at a time may call it. */
public interface Model extends AutoCloseable {

  /** Shapes and limits. */
  ModelConfig config();

  /**
   * Allocates a KV cache for this model on its backend. The caller closes it.
   *
   * @param blocks number of blocks, at least 1
   * @param blockSize token slots in a block, at least 1
   * @param type how it keeps its numbers
   */
  KvStore kvStore(int blocks, int blockSize, KvType type);

  /** A KV cache in float32. */
  default KvStore kvStore(int blocks, int blockSize) {
    return kvStore(blocks, blockSize, KvType.FLOAT32);
  }

  /** Bytes of one token slot in such a {@link KvStore}, all layers, keys and values. */
  long kvBytesPerToken(KvType type);

  /** Bytes of one token slot in float32. */
  default long kvBytesPerToken() {
    return kvBytesPerToken(KvType.FLOAT32);
  }

  /**
   * Computes all rows of the batch: writes their keys and values into their slots and gives the
   * logits of its output rows.
   *
   * @param logits receives {@code batch.outputs() * vocabularySize} values, row-major, in the order
   *     of {@code batch.outputRows}
   */
  void forward(Batch batch, KvStore kv, float[] logits);

  /** Whether the backend's device has failed for good; asked after something has failed. */
  default boolean isBroken() {
    return false;
  }

  /** Whether the backend draws tokens by itself: {@link #draw} and {@link #drawn} work. */
  default boolean draws() {
    return false;
  }

  /**
   * As {@link #forward}, but draws a token for each output row where the logits are. It may return
   * before anything was computed; {@link #drawn} waits, and nothing else may be asked for before.
   *
   * @param draws made for this model, by {@link #newDraws}
   * @throws UnsupportedOperationException unless {@link #draws()}
   */
  default void draw(Batch batch, KvStore kv, Draws draws) {
    throw new UnsupportedOperationException("model: its backend does not draw");
  }

  /**
   * Waits for what {@link #draw} began.
   *
   * @param draws the same; receives what was drawn
   */
  default void drawn(Draws draws) {
    throw new UnsupportedOperationException("model: its backend does not draw");
  }

  /**
   * What {@link #draw} takes, for batches of so many output rows.
   *
   * @param outputs at least 1
   */
  default Draws newDraws(int outputs) {
    return new Draws(outputs, config().tokens(), config().formulas().logitCap());
  }

  /**
   * As {@link #forward}, but rows may leave the layers early: their logits are those of the layer
   * they left behind, and the layers they skipped get keys and values made of the state they left
   * with, so that later tokens can attend to them.
   *
   * @param exits which rows may; receives where they left
   * @throws UnsupportedOperationException unless {@link #exits()}
   */
  default void forward(Batch batch, KvStore kv, Exits exits, float[] logits) {
    if (exits.any()) {
      throw new UnsupportedOperationException("model: no row can leave early");
    }
    forward(batch, kv, logits);
    exits.leftAllAt(config().layers());
  }

  /** Whether rows can leave the layers early, on this backend. */
  default boolean exits() {
    return false;
  }

  /**
   * As {@link #forward}, but through the first layers only: what they alone would say. Keys and
   * values of the other layers stay as they are.
   *
   * @param layers 1 to {@code config().layers()}
   */
  default void forward(Batch batch, KvStore kv, int layers, float[] logits) {
    throw new UnsupportedOperationException("model: no layer speaks but the last");
  }

  /**
   * As {@link #forward(Batch, KvStore, int, float[])}, but keeps the rows' states, where the
   * backend can, so that {@link #forward(Batch, KvStore, Exits, HeadStart, float[])} need not
   * compute those layers again.
   *
   * @param start takes the rows in; all of its rows go through as many layers
   */
  default void forward(Batch batch, KvStore kv, int layers, HeadStart start, float[] logits) {
    forward(batch, kv, layers, logits);
  }

  /**
   * As {@link #forward(Batch, KvStore, Exits, float[])}, but rows whose first layers were computed
   * go on from there; unless any row may leave early.
   *
   * @param start has an entry for each row of the batch, if it keeps any; a kept row has the token,
   *     slot and blocks that it had
   */
  default void forward(Batch batch, KvStore kv, Exits exits, HeadStart start, float[] logits) {
    forward(batch, kv, exits, logits);
  }

  /**
   * As {@link #forward}, but gives what the logits would be made of.
   *
   * @param states receives the last hidden state of every row, behind the final norm: {@code
   *     batch.rows() * hiddenSize} values, row-major
   */
  void states(Batch batch, KvStore kv, float[] states);

  /**
   * What the logits of an output row of the last {@link #forward} were made of.
   *
   * @param output index of the output row in that batch
   * @param state receives the row's last hidden state, behind the final norm: {@code hiddenSize}
   *     values
   */
  void readState(int output, float[] state);

  @Override
  void close();
}
