package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.cuda.driver.DriverException;
import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.Draws;
import io.tokenlane.engine.backend.HeadShape;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.backend.WeightFormat;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What steps of a real model ask of the driver, and what they leave with it. */
final class StepPlanTest {
  private static final int BLOCK = 16;
  private static final long PLENTY = 1L << 32;

  private final RecordingDriver driver = new RecordingDriver(PLENTY);
  private final CudaBackend backend = backend(driver, WeightFormat.AS_STORED);
  private final Batch batch = new Batch(192, 160, 64, BLOCK);
  private Checkpoint checkpoint;
  private Model model;
  private KvStore kv;
  private float[] logits;

  private static CudaBackend backend(RecordingDriver driver, WeightFormat weights) {
    KernelSet kernels = new KernelSet(driver, family -> new byte[0]);
    return new CudaBackend(driver, kernels, weights);
  }

  @BeforeEach
  void load() {
    checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
    model = Models.load(checkpoint.config(), checkpoint.weights(), backend, 192);
    kv = model.kvStore(512, BLOCK);
    logits = new float[192 * checkpoint.config().vocabularySize()];
    // Work space has its size from the first steps on.
    decode(150, 300);
    driver.enqueued.clear();
  }

  /** Every test ends with a device that holds nothing. */
  @AfterEach
  void nothingIsLeft() {
    model.close();
    kv.close();
    backend.close();
    checkpoint.close();
    assertThat(driver.held).isEmpty();
    assertThat(driver.livingGraphs).isEmpty();
    assertThat(driver.closed).isTrue();
  }

  /** A decode step: each sequence's one row, at a position. */
  private void decode(int sequences, int position) {
    decode(model, kv, sequences, position);
  }

  private void decode(Model model, KvStore kv, int sequences, int position) {
    batch.clear();
    for (int s = 0; s < sequences; s++) {
      int[] blocks = new int[position / BLOCK + 1];
      Arrays.fill(blocks, s);
      batch.beginSequence(blocks, blocks.length);
      batch.addRow(s % 7, position, true);
    }
    model.forward(batch, kv, logits);
  }

  private List<String> enqueuedBy(Runnable step) {
    driver.enqueued.clear();
    step.run();
    return List.copyOf(driver.enqueued);
  }

  @Test
  void aDecodeStepThatCameBeforeIsOneGraph() {
    List<String> first = enqueuedBy(() -> decode(3, 5));
    assertThat(first).startsWith("in", "embed").endsWith("out").doesNotContain("graph 1");
    assertThat(enqueuedBy(() -> decode(3, 6))).containsExactly("in", "graph 1", "out");
    assertThat(enqueuedBy(() -> decode(4, 7))).containsExactly("in", "graph 1", "out");
    assertThat(driver.captures).isEqualTo(1);
  }

  /** What a step of one sequence at the position enqueues, with a draw at its end. */
  private List<String> drawnAt(int position, Draws draws) {
    batch.clear();
    batch.beginSequence(new int[8], 8);
    batch.addRow(1, position, true);
    return enqueuedBy(
        () -> {
          model.draw(batch, kv, draws);
          model.drawn(draws);
        });
  }

  @Test
  void wishesThatLieOnTheDeviceAreNotSentAgain() {
    Draws draws = model.newDraws(4);
    drawnAt(5, draws);
    drawnAt(6, draws);
    List<String> again = drawnAt(7, draws);
    assertThat(again).hasSize(3).startsWith("in").endsWith("out");
    draws.row(0).temperature = 1;
    assertThat(drawnAt(8, draws)).hasSize(4).startsWith("in", "in");
    assertThat(drawnAt(9, draws)).isEqualTo(again);
    Draws others = model.newDraws(4);
    assertThat(drawnAt(10, others)).as("others want something else").startsWith("in", "in");
  }

  @Test
  void rowsArePaddedToFewSizes() {
    for (int round = 0; round < 2; round++) {
      for (int sequences = 1; sequences <= 32; sequences++) {
        decode(sequences, 3);
      }
    }
    // 1, 2, 4, 8, 16, 24, 32 rows; work is padded to powers of two, so 24 rows come with 32 items.
    assertThat(driver.captures).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "AS_STORED, 1, 2, 8, 2",
    "INT8, 1, 2, 5, 1",
    "INT8, 2, 2, 5, 3",
    "INT8, 2, 132, 7, 2"
  })
  void aLayerIsFewLaunches(
      WeightFormat weights, int sequences, int processors, int launches, int head) {
    RecordingDriver recorder = new RecordingDriver(PLENTY);
    recorder.processors = processors;
    CudaBackend other = backend(recorder, weights);
    try (Checkpoint again = Checkpoint.open(TestModels.of("tiny-llama"));
        Model loaded = Models.load(again.config(), again.weights(), other, 192);
        KvStore cache = loaded.kvStore(512, BLOCK)) {
      decode(loaded, cache, sequences, 0);
      recorder.enqueued.clear();
      decode(loaded, cache, sequences, 300);
      // In, embed, rotations; for each layer four projections and attention, and rows made ready
      // for two projections where nobody left them so (float32 is gated on the way, too): several
      // for the first layer and the head anyway, all where a matrix has few blocks of two panels;
      // at last the head, and out.
      assertThat(recorder.enqueued)
          .hasSize(3 + again.config().layers() * launches + head + 1)
          .doesNotContain("gate", "norm_add", "store_kv");
    }
    other.close();
  }

  @Test
  void longStepsAreLaunchedKernelByKernel() {
    decode(130, 0);
    decode(130, 0);
    decode(130, 0);
    assertThat(driver.captures).isZero();
  }

  @Test
  void aLongSequenceIsSharedByBlocksInTheSameLaunches() {
    int launches = enqueuedBy(() -> decode(1, 255)).size();
    assertThat(copiedBehindTables(255 / BLOCK + 1, 4)).containsExactly(1, 1, 1, 0);
    assertThat(enqueuedBy(() -> decode(1, 256))).hasSize(launches);
    assertThat(copiedBehindTables(256 / BLOCK + 1, 4)).containsExactly(1, 1, 2, 1);
  }

  /** Ints of the batch's copy that follow its block tables, which have so many. */
  private int[] copiedBehindTables(int tableInts, int count) {
    return Arrays.copyOfRange(driver.lastCopiedIn(), tableInts, tableInts + count);
  }

  @Test
  void theBatchGoesOutInOneCopyWithItsCounts() {
    decode(3, 20);
    int blocks = 20 / BLOCK + 1;
    int[] copied = copiedBehindTables(3 * blocks, 4 + 192 + 3);
    assertThat(Arrays.copyOf(copied, 4)).containsExactly(3, 3, 3, 0);
    assertThat(Arrays.copyOfRange(copied, 4, 7)).containsExactly(0, 1, 2);
    assertThat(Arrays.copyOfRange(copied, 4 + 192, 4 + 192 + 3)).containsExactly(20, 20, 20);
    assertThat(Arrays.copyOf(driver.lastCopiedIn(), 3 * blocks))
        .as("tables")
        .containsExactly(IntStream.range(0, 3 * blocks).map(at -> at / blocks).toArray());
  }

  /** Of work lists and tables, which are as long as the longest context asks, what is used. */
  @Test
  void theCopyIsOfWhatTheStepUses() {
    decode(1, 20);
    int little = driver.lastCopiedIn().length;
    decode(1, 20 + BLOCK);
    assertThat(driver.lastCopiedIn().length - little).isEqualTo(1);
    decode(2, 20);
    assertThat(driver.lastCopiedIn().length - little).isEqualTo(20 / BLOCK + 1 + WorkList.ITEM);
  }

  @Test
  void memoryDoesNotGrowFromStepToStep() {
    decode(8, 300);
    long held = driver.heldBytes();
    for (int position = 301; position < 400; position++) {
      decode(8, position);
    }
    assertThat(driver.heldBytes()).isEqualTo(held);
  }

  /** Embeddings' batches have another capacity than generations'. */
  @Test
  void batchesOfOtherCapacitiesHavePlacesOfTheirOwn() {
    Batch other = new Batch(64, 8, 40, BLOCK);
    float[] states = new float[64 * checkpoint.config().hiddenSize()];
    long held = 0;
    for (int round = 0; round < 8; round++) {
      if (round == 2) {
        held = driver.heldBytes();
      }
      other.clear();
      other.beginSequence(new int[1], 1);
      other.addRow(1, 0, false);
      model.states(other, kv, states);
      decode(3, 5 + round);
    }
    assertThat(driver.heldBytes()).isEqualTo(held);
    assertThat(driver.captures).isEqualTo(2);
  }

  @Test
  void aStepWithoutRoomForItsGraphIsLaunchedKernelByKernel() {
    decode(2, 5);
    driver.graphsThatFail = 1;
    assertThat(enqueuedBy(() -> decode(2, 6))).contains("embed").doesNotContain("graph 1");
    assertThat(enqueuedBy(() -> decode(2, 7))).contains("embed");
    assertThat(enqueuedBy(() -> decode(2, 8))).containsExactly("in", "graph 1", "out");
  }

  @Test
  void whatFailedIsNotForTheNextStep() {
    driver.refused.add("rotations");
    assertThatThrownBy(() -> decode(130, 0)).isInstanceOf(DriverException.class);
    driver.refused.clear();
    List<String> one = enqueuedBy(() -> decode(1, 0));
    assertThat(enqueuedBy(() -> decode(1, 1))).hasSizeLessThanOrEqualTo(one.size());
    assertThat(one).filteredOn("embed"::equals).hasSize(1);
  }

  @Test
  void aCacheThatDoesNotFitKeepsNothing() {
    RecordingDriver small = new RecordingDriver(20_000_000);
    CudaBackend other = backend(small, WeightFormat.AS_STORED);
    HeadShape shape = new HeadShape(4, 2, 64);
    long held = small.heldBytes();
    // Keys take 16 MB, and so do values.
    assertThatThrownBy(() -> other.kvStore(1, shape, 2048, BLOCK, KvType.FLOAT32))
        .isInstanceOf(DriverException.class);
    assertThat(small.heldBytes()).isEqualTo(held);
    other.close();
    assertThat(small.held).isEmpty();
  }

  @Test
  void graphsAreBounded() {
    for (int position = 0; position < 1024; position += 16) {
      for (int sequences = 1; sequences <= 64; sequences *= 2) {
        decode(sequences, position);
        decode(sequences, position);
      }
    }
    assertThat(driver.livingGraphs).hasSizeLessThanOrEqualTo(64);
  }

  @Test
  void aLaunchThatFailsWhileItIsCapturedLeavesAStreamThatRuns() {
    Graphs graphs = new Graphs(driver);
    LaunchList list = new LaunchList();
    graphs.run(list, () -> {}, null);
    assertThatThrownBy(
            () ->
                graphs.run(
                    list,
                    () -> {
                      throw new DriverException("refused");
                    },
                    null))
        .isInstanceOf(DriverException.class)
        .hasMessage("refused");

    decode(1, 7);
    assertThat(driver.enqueued).isNotEmpty();
    assertThat(graphs.count()).isZero();
  }

  @Test
  void aDeviceThatIsTooSmallIsAClearError() {
    RecordingDriver small = new RecordingDriver(1 << 16);
    CudaBackend tooSmall = backend(small, WeightFormat.AS_STORED);
    assertThatThrownBy(() -> Models.load(checkpoint.config(), checkpoint.weights(), tooSmall, 192))
        .isInstanceOf(DriverException.class)
        .hasMessageContainingAll("cuMemAlloc", "bytes");
    tooSmall.close();
    assertThat(small.held).isEmpty();
  }
}
