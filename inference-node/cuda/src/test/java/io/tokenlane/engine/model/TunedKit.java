package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trying tiles on the way changes no bit of any step, the one that they are tried in included. */
abstract class TunedKit {
  private static final int BLOCK = 16;
  private static final int MAX_ROWS = 24;

  /** Rows of steps: prompts and lone tokens behind them, kinds that are new and that are known. */
  private static final int[] STEPS = {5, 1, 1, 12, 2};

  abstract BackendProvider provider();

  @Test
  void bitsAreThoseByRule() {
    List<float[]> byRule = logits(new BackendOptions(1, WeightFormat.INT8, false, false));
    assertThat(logits(new BackendOptions(1, WeightFormat.INT8, false, true)))
        .usingRecursiveComparison()
        .isEqualTo(byRule);
  }

  private List<float[]> logits(BackendOptions options) {
    try (Backend backend = provider().create(options);
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
        Model model = Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS);
        KvStore kv = model.kvStore(8, BLOCK)) {
      int[] blocks = {7, 1, 6};
      Batch batch = new Batch(MAX_ROWS, 1, blocks.length, BLOCK);
      List<float[]> all = new ArrayList<>();
      int position = 0;
      for (int rows : STEPS) {
        batch.clear();
        batch.beginSequence(blocks, blocks.length);
        for (int row = 0; row < rows; row++) {
          batch.addRow((7 * position + 3) % 50, position++, row == rows - 1);
        }
        float[] logits = new float[model.config().vocabularySize()];
        model.forward(batch, kv, logits);
        all.add(logits);
      }
      return all;
    }
  }
}
