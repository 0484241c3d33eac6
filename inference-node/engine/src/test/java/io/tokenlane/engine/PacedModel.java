package io.tokenlane.engine;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.model.Exits;
import io.tokenlane.engine.model.HeadStart;
import io.tokenlane.engine.model.Model;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/** A model whose steps take a time that their rows tell, on the engine's clock. */
final class PacedModel extends ModelAround {
  private final IntToLongFunction nanosOfRows;
  private @Nullable SteppedEngine engine;

  /** Steps take a fixed time and a time for each token. */
  PacedModel(Model model, long stepNanos, long tokenNanos) {
    this(model, rows -> stepNanos + rows * tokenNanos);
  }

  PacedModel(Model model, IntToLongFunction nanosOfRows) {
    super(model);
    this.nanosOfRows = nanosOfRows;
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
    pass(batch, config().layers());
  }

  @Override
  public void forward(Batch batch, KvStore kv, int layers, HeadStart start, float[] logits) {
    model.forward(batch, kv, layers, start, logits);
    pass(batch, layers);
  }

  @Override
  public void forward(Batch batch, KvStore kv, Exits exits, HeadStart start, float[] logits) {
    model.forward(batch, kv, exits, start, logits);
    pass(batch, config().layers());
  }

  @Override
  public boolean draws() {
    return model.draws();
  }

  @Override
  public void draw(Batch batch, KvStore kv, Draws draws) {
    model.draw(batch, kv, draws);
    pass(batch, config().layers());
  }

  @Override
  public void drawn(Draws draws) {
    model.drawn(draws);
  }

  private void pass(Batch batch, int layers) {
    if (engine != null) {
      engine.nanos += nanosOfRows.applyAsLong(batch.rows()) * layers / config().layers();
    }
  }
}
