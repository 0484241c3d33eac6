package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.model.ModelConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A step of a model with random weights, taken apart. */
final class StepProfileTest {
  private static final int LAYERS = 3;
  private static final ModelConfig SHAPE =
      new ModelConfig("llama", 96, 64, 64, 128, LAYERS, 2, 1, 32, 1e-5f, 10_000);

  private final RecordingDriver driver = new RecordingDriver(1L << 32);

  private static void step(RandomModel random) {
    Batch batch = new Batch(8, 8, 1, 16);
    float[] logits = new float[8 * SHAPE.vocabularySize()];
    try (KvStore kv = random.model().kvStore(8, 16)) {
      for (int sequence = 0; sequence < 2; sequence++) {
        batch.beginSequence(new int[] {sequence}, 1);
        batch.addRow(1, 0, true);
      }
      random.model().forward(batch, kv, logits);
    }
  }

  @Test
  void kindsAreToldWithWhatTheyRead() {
    KernelSet kernels = new KernelSet(driver, family -> new byte[0]);
    CudaBackend backend =
        new CudaBackend(
            driver, kernels, WeightFormat.INT8, new RandomFill(driver, kernels), false, false);
    try (RandomModel random = new RandomModel(driver, kernels, backend, SHAPE, 8)) {
      List<KernelTime> times = random.profile(() -> step(random), -1);
      assertThat(times)
          .extracting(KernelTime::kernel)
          .contains(
              "embed", "pack_int8", "project_int8_1x4, 256 x 64", "project_int8_1x1, 64 x 128");
      assertThat(times)
          .filteredOn(time -> time.kernel().endsWith("64 x 128"))
          .singleElement()
          .satisfies(
              down -> {
                assertThat(down.launches()).isEqualTo(LAYERS);
                // 4 panels of 4 steps of 512 bytes and 16 scales.
                assertThat(down.weightBytes()).isEqualTo(4 * 4 * (512 + 32));
              });
      long step = times.stream().mapToLong(KernelTime::launches).sum();
      assertThat(step).isEqualTo(4 + LAYERS * 7);
      assertThat(random.profile(() -> step(random), 0))
          .extracting(KernelTime::kernel)
          .contains("project_int8_1x4, 64 x 128");
    }
    assertThat(driver.livingGraphs).isEmpty();
  }
}
