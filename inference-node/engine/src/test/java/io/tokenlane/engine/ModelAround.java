package io.tokenlane.engine;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.ModelConfig;

/** Another model, for tests that change some of what it does. */
abstract class ModelAround implements Model {
  final Model model;

  ModelAround(Model model) {
    this.model = model;
  }

  @Override
  public ModelConfig config() {
    return model.config();
  }

  @Override
  public KvStore kvStore(int blocks, int blockSize, KvType type) {
    return model.kvStore(blocks, blockSize, type);
  }

  @Override
  public long kvBytesPerToken(KvType type) {
    return model.kvBytesPerToken(type);
  }

  @Override
  public void forward(Batch batch, KvStore kv, float[] logits) {
    model.forward(batch, kv, logits);
  }

  @Override
  public void states(Batch batch, KvStore kv, float[] states) {
    model.states(batch, kv, states);
  }

  @Override
  public void forward(Batch batch, KvStore kv, int layers, float[] logits) {
    model.forward(batch, kv, layers, logits);
  }

  @Override
  public void readState(int output, float[] state) {
    model.readState(output, state);
  }

  @Override
  public void close() {
    model.close();
  }
}
