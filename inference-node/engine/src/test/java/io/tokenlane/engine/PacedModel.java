package io.tokenlane.engine;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.model.Model;
import org.jspecify.annotations.Nullable;

/** A model whose steps take a fixed time and a time for each token, on the engine's clock. */
final class PacedModel extends ModelAround {
  private final long stepNanos;
  private final long tokenNanos;
  private @Nullable SteppedEngine engine;

  PacedModel(Model model, long stepNanos, long tokenNanos) {
    super(model);
    this.stepNanos = stepNanos;
    this.tokenNanos = tokenNanos;
  }

  /** An engine that runs this; its clock moves as it steps. */
  SteppedEngine engine(EngineConfig config) {
    SteppedEngine started = new SteppedEngine(this, config);
    engine = started;
    return started;
  }

  @Override
  public void forward(Batch batch, KvStore kv, float[] logits) {
    model.forward(batch, kv, logits);
    if (engine != null) {
      engine.nanos += stepNanos + batch.rows() * tokenNanos;
    }
  }

  @Override
  public boolean draws() {
    return model.draws();
  }

  @Override
  public void draw(Batch batch, KvStore kv, Draws draws) {
    model.draw(batch, kv, draws);
    if (engine != null) {
      engine.nanos += stepNanos + batch.rows() * tokenNanos;
    }
  }

  @Override
  public void drawn(Draws draws) {
    model.drawn(draws);
  }
}
