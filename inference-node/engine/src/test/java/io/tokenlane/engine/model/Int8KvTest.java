package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An 8-bit KV cache against one in float32, on the demo model. */
final class Int8KvTest {
  private static final int ROWS = 64;

  @ParameterizedTest
  @ValueSource(strings = {"vector", "scalar"})
  void costsLessThanAHundredthOfPerplexity(String backend) {
    try (Loaded loaded = new Loaded(backend)) {
      double exact = 0;
      double rounded = 0;
      for (Golden golden : Golden.read("demo")) {
        int[] ids = Arrays.copyOf(golden.ids(), Math.min(ROWS, golden.ids().length));
        exact += surprise(ids, loaded.logits(ids, ROWS, KvType.FLOAT32));
        rounded += surprise(ids, loaded.logits(ids, ROWS, KvType.INT8));
      }
      assertThat(rounded / exact).isCloseTo(1, within(0.01)).isNotEqualTo(1);
    }
  }

  @Test
  void bothBackendsReadTheSame() {
    int[] ids = Golden.read("demo").getFirst().ids();
    try (Loaded vector = new Loaded("vector");
        Loaded scalar = new Loaded("scalar")) {
      double ours = surprise(ids, vector.logits(ids, ROWS, KvType.INT8));
      double plain = surprise(ids, scalar.logits(ids, ROWS, KvType.INT8));
      assertThat(ours).isCloseTo(plain, within(0.02 * plain));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 17})
  void chunksChangeNothing(int chunk) {
    int[] ids = Golden.read("demo").getFirst().ids();
    try (Loaded loaded = new Loaded("vector")) {
      assertThat(loaded.logits(ids, chunk, KvType.INT8))
          .isDeepEqualTo(loaded.logits(ids, ROWS, KvType.INT8));
    }
  }

  @Test
  void takesAThirdOfTheMemoryOrLess() {
    try (Loaded loaded = new Loaded("vector");
        KvStore exact = loaded.model.kvStore(4, 16, KvType.FLOAT32);
        KvStore rounded = loaded.model.kvStore(4, 16, KvType.INT8)) {
      assertThat(rounded.bytes()).isLessThan(exact.bytes() / 3);
      assertThat(rounded.bytes()).isEqualTo(4 * 16 * loaded.model.kvBytesPerToken(KvType.INT8));
    }
  }

  /** Sum of the negative logarithms of the probabilities of the tokens behind the first. */
  private static double surprise(int[] ids, float[][] logits) {
    double sum = 0;
    for (int i = 0; i + 1 < ids.length; i++) {
      double all = 0;
      for (float logit : logits[i]) {
        all += Math.exp(logit);
      }
      sum += Math.log(all) - logits[i][ids[i + 1]];
    }
    return sum;
  }

  /** The demo model on a backend. */
  private static final class Loaded implements AutoCloseable {
    private final Backend backend;
    private final Checkpoint checkpoint = Checkpoint.open(TestModels.demoQ8());
    private final Model model;

    Loaded(String name) {
      backend = Backends.select(name, new BackendOptions(1)).backend();
      model = Models.load(checkpoint.config(), checkpoint.weights(), backend, ROWS);
    }

    /** Logits behind each token, computed in chunks. */
    float[][] logits(int[] ids, int chunk, KvType type) {
      float[][] logits = new float[ids.length][];
      try (Runs run = new Runs(model, ROWS, ids.length, type)) {
        for (int from = 0; from < ids.length; from += chunk) {
          int to = Math.min(ids.length, from + chunk);
          float[][] part = run.step(Arrays.copyOfRange(ids, from, to));
          System.arraycopy(part, 0, logits, from, part.length);
        }
      }
      return logits;
    }

    @Override
    public void close() {
      model.close();
      backend.close();
      checkpoint.close();
    }
  }
}
