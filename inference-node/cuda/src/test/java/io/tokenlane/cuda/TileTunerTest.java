package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.Rows;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which tiles are kept, by what launches take on a driver that is told. */
final class TileTunerTest {
  private static final int MAX_ROWS = 160;

  private final RecordingDriver driver = new RecordingDriver(1L << 32);
  private final KernelSet kernels = new KernelSet(driver, family -> new byte[0]);
  private final CudaBackend backend =
      new CudaBackend(driver, kernels, WeightFormat.INT8, null, false, true);
  private final Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
  private final Model model =
      Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS);
  private final KvStore kv = model.kvStore(MAX_ROWS, 16);

  @AfterEach
  void close() {
    kv.close();
    model.close();
    backend.close();
    checkpoint.close();
    assertThat(driver.livingGraphs).isEmpty();
    assertThat(driver.held).isEmpty();
  }

  /** What a step of so many sequences launches, but for graphs. */
  private List<String> step(int sequences) {
    Batch batch = new Batch(MAX_ROWS, MAX_ROWS, MAX_ROWS, 16);
    for (int sequence = 0; sequence < sequences; sequence++) {
      batch.beginSequence(new int[] {sequence}, 1);
      batch.addRow(1, 0, true);
    }
    driver.enqueued.clear();
    model.forward(batch, kv, new float[MAX_ROWS * checkpoint.config().vocabularySize()]);
    return driver.enqueued.stream().filter(it -> it.startsWith("project")).distinct().toList();
  }

  @Test
  void theFastestIsKeptFromTheNextStepOn() {
    driver.takes.put("project_int8_normedx4", 0.5f);
    driver.takes.put("project_int8_lonex4", 0.5f);
    assertThat(step(1)).contains("project_int8_normedx1", "project_int8_lonex1");
    assertThat(step(1)).containsExactlyInAnyOrder("project_int8_normedx4", "project_int8_lonex4");
  }

  @Test
  void theOneByRuleStaysUnlessItIsClearlySlower() {
    driver.takes.put("project_int8_normedx4", 0.98f);
    List<String> first = step(1);
    assertThat(step(1)).isEqualTo(first).contains("project_int8_normedx1");
  }

  @Test
  void aTileThatTheDeviceRefusesIsNotChosen() {
    driver.takes.put("project_int8_split2x16", 0.1f);
    driver.refused.add("project_int8_split2x16");
    step(9);
    assertThat(step(9)).contains("project_int8_2x1").doesNotContain("project_int8_split2x16");
  }

  @Test
  void aKindIsTriedOnceForAllStepsOfItsTiles() {
    step(9);
    int captures = driver.captures;
    assertThat(captures).isPositive();
    step(16);
    step(12);
    assertThat(driver.captures - captures).as("graphs of steps alone").isLessThanOrEqualTo(1);
    step(17);
    assertThat(driver.captures - captures).isGreaterThan(4);
  }

  @Test
  void stepsThatAreNoGraphsKeepTheRule() {
    List<String> byRule = step(MAX_ROWS);
    assertThat(driver.captures).isZero();
    driver.takes.put("project_int8_split8x16", 0.1f);
    step(Buckets.MOST);
    assertThat(step(Buckets.MOST)).contains("project_int8_split8x16");
    assertThat(step(MAX_ROWS)).isEqualTo(byRule);
  }

  /** Graphs take memory of the device's, too; a step can do without. */
  @Test
  void whatCannotBeTimedIsRunByRule() {
    driver.graphsThatFail = Integer.MAX_VALUE;
    assertThat(step(9)).contains("project_int8_2x1");
    driver.graphsThatFail = 0;
    assertThat(step(9)).contains("project_int8_2x1");
  }

  /** Rows that are added to may hold something. */
  @Test
  void nothingIsTriedInTheMiddleOfAStep() {
    Batch batch = new Batch(8, 8, 1, 16);
    batch.beginSequence(new int[] {0}, 1);
    batch.addRow(1, 0, true);
    DeviceLinear weight = new DeviceLinear(Format.INT8, 256, 512, 0, 64, 64, 1, false);
    backend.begin(batch);
    Rows sum = backend.rows(8, 64);
    backend.projectAdd(backend.rows(8, 64), weight, sum);
    backend.read(sum, 0, new float[64]);
    assertThat(driver.captures).isZero();
  }

  @Test
  void clustersAreTriedWhereThereAreSomeAndNeverByRule() {
    Projection projection =
        new Projection(Format.INT8, 32, 14_336, 4096, false, false, false, false);
    Projection heads = new Projection(Format.INT8, 1, 4096, 6144, false, false, true, false);
    DeviceFacts older = new DeviceFacts("older", 8, 9, 128, 101_376, 1L << 30, 13_000);
    assertThat(Tile.candidates(projection, driver.device()))
        .extracting(Tile::cluster)
        .contains(1, 8);
    assertThat(Tile.candidates(projection, older)).extracting(Tile::cluster).containsOnly(1);
    assertThat(Tile.candidates(heads, driver.device())).extracting(Tile::cluster).contains(1, 8);
    assertThat(Tile.of(projection, driver.device()).cluster()).isEqualTo(1);
    assertThat(Tile.of(heads, driver.device()).cluster()).isEqualTo(1);
    assertThat(Tile.all(projection, driver.device())).hasSizeLessThanOrEqualTo(RandomModel.TILINGS);
  }

  @Test
  void aClustersBlocksAreWholeForAnyOutputs() {
    for (int outputs : new int[] {1, 130, 4096, 6144}) {
      Projection projection =
          new Projection(Format.BF16, 32, 4096, outputs, false, false, false, false);
      assertThat(Tile.candidates(projection, driver.device()))
          .allSatisfy(tile -> assertThat(tile.grid(32, outputs).y() % tile.cluster()).isZero());
    }
  }

  @Test
  void numbersOfStagesThatFitAreCandidates() {
    Projection projection = new Projection(Format.INT8, 32, 4096, 4096, false, false, false, false);
    assertThat(Tile.candidates(projection, driver.device()))
        .allSatisfy(tile -> assertThat(tile.sharedBytes()).isLessThan(232_448))
        .extracting(Tile::stages)
        .contains(2, 3, 8);
  }
}
