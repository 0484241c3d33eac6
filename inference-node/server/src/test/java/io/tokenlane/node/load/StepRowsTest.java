package io.tokenlane.node.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.model.ModelConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepRowsTest {

  @ParameterizedTest(name = "hidden {0}, feed-forward {1}, {2} MB, {3} sequences: {4} rows")
  @CsvSource({
    "192, 512, 4, 32, 512", // narrow: as configured
    "2048, 8192, 1321, 32, 132", // 16 MB of activations
    "4096, 11008, 7500, 32, 273", // a 128th of the weights
    "8192, 28672, 1000, 32, 128", // never fewer than pay for reading the weights
    "8192, 28672, 1000, 300, 300", // nor than sequences
  })
  void fitsRowsToTheModel(int hidden, int feedForward, long megabytes, int sequences, int rows) {
    int kvHeads = hidden == 2048 ? 8 : hidden / 64;
    var shapes =
        new ModelConfig(
            "llama", 1000, 1024, hidden, feedForward, 2, hidden / 64, kvHeads, 64, 1e-5f, 10000);
    try (Backend backend = Backends.select("scalar", new BackendOptions(1)).backend()) {
      EngineConfig config = EngineConfig.defaults().withBatch(sequences, 512);
      assertThat(StepRows.fitted(config, shapes, backend, megabytes * 1_000_000).maxBatchTokens())
          .isEqualTo(rows);
    }
  }
}
