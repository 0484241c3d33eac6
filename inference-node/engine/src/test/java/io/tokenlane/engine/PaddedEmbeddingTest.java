package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.sample.SamplingParams;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A model whose embedding has more rows than its tokenizer has tokens. */
final class PaddedEmbeddingTest {
  private static final int TOKENS = 40;

  @Test
  void onlyTokensAreDrawnHoweverHot() {
    try (Backend backend = Backends.select("vector", new BackendOptions(1)).backend();
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
        Model model =
            Models.load(
                checkpoint.config().withTokens(TOKENS), checkpoint.weights(), backend, 64)) {
      try (SteppedEngine engine =
          new SteppedEngine(model, EngineConfig.defaults().withBatch(8, 64))) {
        Recorder hot = engine.submit(request(2, 3));
        Recorder cold = engine.submit(request(0, 3));
        engine.runUntilIdle();
        assertThat(hot.ids()).hasSize(200).allMatch(id -> id < TOKENS);
        assertThat(cold.ids()).hasSize(200).allMatch(id -> id < TOKENS);
        assertThat(hot.tokens).allSatisfy(t -> assertThat(t.logprob()).isFinite());
        assertThatIllegalArgumentException()
            .isThrownBy(() -> engine.submit(request(0, TOKENS)))
            .withMessageContaining("prompt[1]: token 40 (expected: 0 to 39");
      }
    }
  }

  private static GenerationRequest request(float temperature, int token) {
    SamplingParams sampling = new SamplingParams(temperature, 0, 1, 0, 0, 0, 1, Map.of(), 7L);
    return new GenerationRequest(new int[] {1, token}, 200, sampling, Set.of(), 5, 0);
  }
}
