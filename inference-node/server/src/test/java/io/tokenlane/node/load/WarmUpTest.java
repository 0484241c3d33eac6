package io.tokenlane.node.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  /** 1, 2, 4 … 128 rows: none is left out as the beginning of a prompt before. */
  @Test
  void everyPromptIsComputedWhole() {
    EngineConfig config = EngineConfig.defaults().withBatch(4, 128);
    try (Checkpoint demo = EmbeddedModel.open();
        Backend backend = Backends.select("vector", new BackendOptions(1)).backend();
        Model model = Models.load(demo.config(), demo.weights(), backend, 128);
        Engine engine = Engine.start(model, config)) {
      WarmUp.run(engine, 128, InstantSource.fixed(Instant.EPOCH));
      assertThat(engine.stats().promptTokens()).isEqualTo(255);
      assertThat(engine.stats().prefixHits()).isZero();
    }
  }
}
