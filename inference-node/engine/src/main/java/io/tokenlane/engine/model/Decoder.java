package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.Linear;
import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.backend.Rows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A decoder-only transformer with pre-norm layers, rotary positions, grouped-query attention and a
 * gated feed-forward network (Touvron et al. 2023). What architectures add is data in its weights.
 */
final class Decoder implements Model {
  private final ModelConfig config;
  private final DecoderWeights weights;
  private final Backend backend;

  private final Rows stream;
  private final Rows qkv;
  private final Rows attended;
  private final Rows gateUp;
  private final Rows gated;
  private final ExitPass exitPass;
  private final SplitPass splitPass;
  private int[] outputRows = {};
  private boolean exited;

  Decoder(ModelConfig config, DecoderWeights weights, Backend backend, int maxRows) {
    this.config = config;
    this.weights = weights;
    this.backend = backend;
    stream = backend.rows(maxRows, config.hiddenSize());
    qkv = backend.rows(maxRows, weights.heads().rowWidth());
    attended = backend.rows(maxRows, config.queryWidth());
    gateUp = backend.rows(maxRows, 2 * config.intermediateSize());
    gated = backend.rows(maxRows, config.intermediateSize());
    // A step has rows that leave, or rows that began before the others; never both.
    Rows aside = backend.rows(maxRows, config.hiddenSize());
    exitPass = new ExitPass(this, config, weights, backend, aside);
    splitPass = new SplitPass(this, backend, aside);
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public KvStore kvStore(int blocks, int blockSize, KvType type) {
    return backend.kvStore(config.layers(), weights.heads(), blocks, blockSize, type);
  }

  @Override
  public long kvBytesPerToken(KvType type) {
    return 2L * config.layers() * config.kvHeads() * type.bytes(config.headDim());
  }

  @Override
  public void forward(Batch batch, KvStore kv, float[] logits) {
    forward(batch, kv, config.layers(), logits);
  }

  @Override
  public boolean isBroken() {
    return backend.isBroken();
  }

  @Override
  public boolean draws() {
    return backend.draws();
  }

  @Override
  public void draw(Batch batch, KvStore kv, Draws draws) {
    check(batch, 0, "logits", new float[0]);
    if (!backend.drawAgain(batch, stream, kv, draws)) {
      runLayers(batch, kv, config.layers());
      backend.draw(stream, weights.finalNorm(), weights.head(), draws);
    }
  }

  @Override
  public void drawn(Draws draws) {
    backend.drawn(draws);
  }

  @Override
  public void states(Batch batch, KvStore kv, float[] states) {
    int hidden = config.hiddenSize();
    check(batch, (long) batch.rows() * hidden, "states", states);
    runLayers(batch, kv, config.layers());
    float[] row = new float[hidden];
    for (int i = 0; i < batch.rows(); i++) {
      backend.read(stream, i, row);
      norm(row, states, i * hidden);
    }
  }

  @Override
  public void forward(Batch batch, KvStore kv, Exits exits, float[] logits) {
    if (!exits.any()) {
      forward(batch, kv, logits);
      exits.leftAllAt(config.layers());
      return;
    }
    check(batch, (long) batch.outputs() * config.vocabularySize(), "logits", logits);
    exitPass.run(batch, kv, exits, logits);
    exited = true;
  }

  @Override
  public boolean exits() {
    return backend.gathers();
  }

  @Override
  public void forward(Batch batch, KvStore kv, int layers, float[] logits) {
    check(batch, (long) batch.outputs() * config.vocabularySize(), "logits", logits);
    runLayers(batch, kv, layers);
    readLogits(batch, logits);
  }

  @Override
  public void forward(Batch batch, KvStore kv, int layers, HeadStart start, float[] logits) {
    check(batch, (long) batch.outputs() * config.vocabularySize(), "logits", logits);
    runLayers(batch, kv, layers);
    if (backend.gathers()) {
      splitPass.keep(batch, layers, start);
    }
    readLogits(batch, logits);
  }

  @Override
  public void forward(Batch batch, KvStore kv, Exits exits, HeadStart start, float[] logits) {
    if (exits.any() || !start.isFor(batch.rows())) {
      forward(batch, kv, exits, logits);
      return;
    }
    check(batch, (long) batch.outputs() * config.vocabularySize(), "logits", logits);
    splitPass.finish(batch, kv, start);
    readLogits(batch, logits);
    exits.leftAllAt(config.layers());
  }

  @Override
  public void readState(int output, float[] state) {
    if (exited) {
      backend.read(exitPass.statesOf(output), exitPass.rowOf(output), state);
    } else {
      backend.read(stream, outputRows[output], state);
    }
    norm(state, state, 0);
  }

  /** {@code out = gain * row / sqrt(mean(row²) + epsilon)}. */
  private void norm(float[] row, float[] out, int at) {
    double squares = 0;
    for (float value : row) {
      squares += (double) value * value;
    }
    double scale = 1 / Math.sqrt(squares / row.length + config.normEpsilon());
    for (int i = 0; i < row.length; i++) {
      out[at + i] = (float) (row[i] * scale) * weights.finalGain()[i];
    }
  }

  private void readLogits(Batch batch, float[] logits) {
    backend.logits(stream, weights.finalNorm(), weights.head(), logits);
    finish(logits, batch.outputs());
    outputRows = batch.outputRows;
    exited = false;
  }

  private void runLayers(Batch batch, KvStore kv, int layers) {
    backend.begin(batch);
    embed();
    layers(0, layers, kv);
  }

  /** Takes the stream through the layers from one on, up to another. */
  void layers(int from, int to, KvStore kv) {
    for (int layer = from; layer < to; layer++) {
      layer(layer, kv);
    }
  }

  /** The residual stream. */
  Rows stream() {
    return stream;
  }

  /** Puts the embeddings of the batch that was begun into the stream. */
  void embed() {
    backend.embed(weights.embedding(), config.formulas().embeddingScale(), stream);
  }

  /** Takes the stream through a layer. */
  void layer(int index, KvStore kv) {
    DecoderLayer layer = weights.layers().get(index);
    attention(layer, kv);
    feedForward(layer);
  }

  /** Writes a layer's keys and values of the rows of the batch that was begun, and does no more. */
  void storeOnly(int index, Rows states, KvStore kv) {
    DecoderLayer layer = weights.layers().get(index);
    int queries = weights.heads().queryWidth();
    backend.normProjectFrom(states, layer.attentionNorm(), layer.qkv(), queries, qkv);
    backend.storeKv(qkv, layer.attention(), kv);
  }

  /** Caps logits where the architecture does, and takes out what are no tokens. */
  void finish(float[] logits, int rows) {
    int vocabulary = config.vocabularySize();
    float cap = config.formulas().logitCap();
    for (int row = 0; row < rows; row++) {
      int at = row * vocabulary;
      for (int i = at; cap != 0 && i < at + config.tokens(); i++) {
        logits[i] = (float) (cap * Math.tanh(logits[i] / cap));
      }
      Arrays.fill(logits, at + config.tokens(), at + vocabulary, Float.NEGATIVE_INFINITY);
    }
  }

  private void attention(DecoderLayer layer, KvStore kv) {
    backend.normProject(stream, layer.attentionNorm(), layer.qkv(), qkv);
    backend.storeKv(qkv, layer.attention(), kv);
    backend.attend(qkv, layer.attention(), kv, attended);
    add(attended, layer.output(), layer.attentionPostNorm());
  }

  private void feedForward(DecoderLayer layer) {
    backend.normProject(stream, layer.mlpNorm(), layer.gateUp(), gateUp);
    backend.gate(gateUp, config.formulas().activation(), gated);
    add(gated, layer.down(), layer.mlpPostNorm());
  }

  private void add(Rows in, Linear weight, @Nullable Norm postNorm) {
    if (postNorm == null) {
      backend.projectAdd(in, weight, stream);
    } else {
      backend.projectNormAdd(in, weight, postNorm, stream);
    }
  }

  private void check(Batch batch, long wanted, String name, float[] values) {
    if (batch.rows() > stream.maxRows()) {
      throw new IllegalArgumentException(
          "rows: %d (expected: at most %d)".formatted(batch.rows(), stream.maxRows()));
    }
    if (values.length < wanted) {
      throw new IllegalArgumentException(
          "%s: %d values (expected: at least %d)".formatted(name, values.length, wanted));
    }
  }

  /** Nothing of its own: the backend owns all memory. */
  @Override
  public void close() {}
}
