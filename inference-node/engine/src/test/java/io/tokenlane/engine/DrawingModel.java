package io.tokenlane.engine;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.sample.HostDraws;
import org.jspecify.annotations.Nullable;

/**
 * A model whose backend draws: a step that was begun is computed only when it is waited for, with
 * what its batch says by then.
 */
final class DrawingModel extends ModelAround {
  private @Nullable Batch begun;
  private @Nullable KvStore store;

  /** Steps that were drawn here. */
  int drawn;

  DrawingModel(Model model) {
    super(model);
  }

  /** Whether a step was begun and not waited for. */
  boolean isComputing() {
    return begun != null;
  }

  @Override
  public boolean draws() {
    return true;
  }

  @Override
  public void draw(Batch batch, KvStore kv, Draws draws) {
    refuseWhileComputing();
    begun = batch;
    store = kv;
  }

  @Override
  public void drawn(Draws draws) {
    Batch batch = begun;
    KvStore kv = store;
    begun = null;
    if (batch == null || kv == null) {
      throw new AssertionError("no step was begun");
    }
    int vocabulary = config().vocabularySize();
    float[] logits = new float[batch.outputs() * vocabulary];
    model.forward(batch, kv, logits);
    for (int i = 0; i < batch.outputs(); i++) {
      HostDraws.draw(draws.row(i), logits, i * vocabulary, draws.tokens());
    }
    drawn++;
  }

  @Override
  public void forward(Batch batch, KvStore kv, float[] logits) {
    refuseWhileComputing();
    super.forward(batch, kv, logits);
  }

  @Override
  public void states(Batch batch, KvStore kv, float[] states) {
    refuseWhileComputing();
    model.states(batch, kv, states);
  }

  @Override
  public void forward(Batch batch, KvStore kv, int layers, float[] logits) {
    refuseWhileComputing();
    model.forward(batch, kv, layers, logits);
  }

  @Override
  public void readState(int output, float[] state) {
    refuseWhileComputing();
    model.readState(output, state);
  }

  private void refuseWhileComputing() {
    if (begun != null) {
      throw new AssertionError("a step is being computed");
    }
  }
}
