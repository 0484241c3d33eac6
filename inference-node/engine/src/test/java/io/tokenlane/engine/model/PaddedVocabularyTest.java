package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Rows of the embedding that are no tokens. */
final class PaddedVocabularyTest {
  private static final int TOKENS = 1000;
  private static final int[] PROMPT = {1, 17, 250, 3};

  @Test
  void paddingIsNeverLikely() {
    float[][] all = logits(Integer.MAX_VALUE);
    float[][] padded = logits(TOKENS);
    for (int row = 0; row < PROMPT.length; row++) {
      assertThat(Arrays.copyOf(padded[row], TOKENS)).isEqualTo(Arrays.copyOf(all[row], TOKENS));
      assertThat(all[row]).hasSize(1601).doesNotContain(Float.NEGATIVE_INFINITY);
      assertThat(Arrays.copyOfRange(padded[row], TOKENS, 1601))
          .containsOnly(Float.NEGATIVE_INFINITY);
    }
  }

  private static float[][] logits(int tokens) {
    try (Backend backend = Backends.select("vector", new BackendOptions(1)).backend();
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
        Model model =
            Models.load(checkpoint.config().withTokens(tokens), checkpoint.weights(), backend, 16);
        Runs run = new Runs(model, 16, 16)) {
      return run.step(PROMPT);
    }
  }
}
