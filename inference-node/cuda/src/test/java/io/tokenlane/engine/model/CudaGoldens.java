package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.sample.SamplingParams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models on the CUDA backend against the reference implementation's numbers. */
abstract class CudaGoldens {
  private static final int MAX_ROWS = 128;
  private static final int MAX_TOKENS = 256;
  private static final double LOGITS_TOLERANCE = 1e-5;
  private static final double INT8_AGREEMENT = 0.97;

  /** A number that lies between two steps may round to either: logits differ by a part of one. */
  private static final double INT8_CACHE_TOLERANCE = 5e-3;

  /** Over a partition; cut by 52, the last token comes alone. */
  private static final int LONG_PROMPT = 261;

  private static final long SEED = 20261127;

  /** As many as a golden has. */
  private static final int MOST_TOKENS = 24;

  /** Cases of the demo model for each case of a tiny one: agreement is a share of many. */
  private static final int DEMO_CASES = 8;

  abstract BackendProvider provider();

  /** Golden cases of a model to run, and tokens of each to go on with. */
  abstract int cases();

  abstract int tokens();

  private Backend start() {
    return provider().create(new BackendOptions(1));
  }

  private static Model load(Checkpoint checkpoint, Backend backend) {
    return Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-llama", "tiny-qwen2", "tiny-qwen3", "tiny-glm4"})
  void architecturesFollowTheReference(String model) {
    Path folder = model.equals("tiny-llama") ? TestModels.of(model) : TestModels.shared(model);
    assumeTrue(Files.isDirectory(folder), () -> folder + " is not here");
    try (Backend backend = start();
        Checkpoint checkpoint = Checkpoint.open(folder);
        Model loaded = load(checkpoint, backend)) {
      for (Golden expected : some(folder.resolve("golden.json"), 1)) {
        float[][] logits = prompt(loaded, expected);
        assertThat(argmax(logits)).isEqualTo(expected.argmax());
        assertThat(Golden.relativeError(logits[logits.length - 1], expected.lastLogits()))
            .isLessThan(LOGITS_TOLERANCE);
        assertThat(greedy(loaded, expected)).isEqualTo(firstOf(expected.greedy()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"demo/demo-f16.gguf, 1", "demo-q8_0, 0.97"})
  void theDemoModelAgreesWithTheReference(String model, double agreement) {
    Path file = model.equals("demo-q8_0") ? TestModels.demoQ8() : TestModels.of(model);
    int positions = 0;
    int agreeing = 0;
    try (Backend backend = start();
        Checkpoint checkpoint = Checkpoint.open(file);
        Model loaded = load(checkpoint, backend)) {
      for (Golden expected : some(TestModels.of("demo/golden.json"), DEMO_CASES)) {
        int[] argmax = argmax(prompt(loaded, expected));
        for (int i = 0; i < argmax.length; i++) {
          positions++;
          agreeing += argmax[i] == expected.argmax()[i] ? 1 : 0;
        }
      }
    }
    assertThat((double) agreeing / positions)
        .isGreaterThanOrEqualTo(Math.min(agreement, INT8_AGREEMENT));
  }

  @Test
  void int8CachesGiveWhatTheyGiveOnTheHost() {
    try (Backend backend = start();
        Backend host = Backends.select("scalar", new BackendOptions(1)).backend();
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
        Model loaded = load(checkpoint, backend);
        Model onHost = load(checkpoint, host);
        Runs run = new Runs(loaded, MAX_ROWS, MAX_TOKENS, KvType.INT8);
        Runs expected = new Runs(onHost, MAX_ROWS, MAX_TOKENS, KvType.INT8)) {
      int[] ids = Golden.read("tiny-llama").getFirst().ids();
      run.step(ids);
      expected.step(ids);
      for (int token = 1; token < 5; token++) {
        float[] logits = run.step(token)[0];
        assertThat(Golden.relativeError(logits, expected.step(token)[0]))
            .isLessThan(INT8_CACHE_TOLERANCE);
      }
    }
  }

  @Test
  void halfPrecisionCachesAreCloseToTheReference() {
    try (Backend backend = start();
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
        Model loaded = load(checkpoint, backend);
        Runs run = new Runs(loaded, MAX_ROWS, MAX_TOKENS, KvType.FLOAT16)) {
      Golden expected = Golden.read("tiny-llama").getFirst();
      float[][] logits = run.step(expected.ids());
      assertThat(Golden.relativeError(logits[logits.length - 1], expected.lastLogits()))
          .isBetween(1e-6, INT8_CACHE_TOLERANCE);
    }
  }

  /** Cut anywhere, alone or beside others, through partitions of one block or of many. */
  @ParameterizedTest
  @EnumSource(KvType.class)
  void aTokensLogitsDoNotDependOnHowItsPromptWasCut(KvType type) {
    int[] ids = new SplittableRandom(7).ints(LONG_PROMPT, 0, 200).toArray();
    try (Backend backend = start();
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
        Model loaded = load(checkpoint, backend)) {
      float[] expected = last(loaded, type, ids, MAX_ROWS);
      assertThat(last(loaded, type, ids, 52)).isEqualTo(expected);
    }
  }

  /** The whole engine, several at once: what is likeliest, and draws with penalties and a bias. */
  @Test
  void theEngineGoesOnWithWhatTheDeviceDraws() {
    SamplingParams drawn =
        new SamplingParams(0.9f, 50, 0.95f, 0.01f, 0.2f, 0.1f, 1.1f, Map.of(5, 1f), SEED);
    try (Backend backend = start();
        Backend host = Backends.select("scalar", new BackendOptions(1)).backend();
        Checkpoint checkpoint = Checkpoint.open(TestModels.of("tiny-llama"));
        Model loaded = load(checkpoint, backend);
        Model onHost = load(checkpoint, host)) {
      assertThat(loaded.draws()).isTrue();
      assertThat(onHost.draws()).isFalse();
      Golden golden = Golden.read("tiny-llama").getFirst();
      List<int[]> said = generate(loaded, golden.ids(), SamplingParams.GREEDY, drawn);
      assertThat(said.getFirst()).isEqualTo(firstOf(golden.greedy()));
      assertThat(said)
          .containsExactlyElementsOf(generate(onHost, golden.ids(), SamplingParams.GREEDY, drawn));
    }
  }

  private List<int[]> generate(Model model, int[] prompt, SamplingParams... ways) {
    EngineConfig config = EngineConfig.defaults().withKvBlocks(32).withBatch(4, MAX_ROWS);
    List<CompletableFuture<int[]>> all = new ArrayList<>();
    try (Engine engine = Engine.start(model, config)) {
      for (SamplingParams way : ways) {
        IntStream.Builder ids = IntStream.builder();
        CompletableFuture<int[]> said = new CompletableFuture<>();
        all.add(said);
        int length = Math.min(tokens(), MOST_TOKENS);
        engine.submit(
            new GenerationRequest(prompt, length, way, Set.of(), -1, 0),
            event -> {
              switch (event) {
                case GenerationEvent.Token token -> ids.add(token.token());
                case GenerationEvent.Finished _ -> said.complete(ids.build().toArray());
                case GenerationEvent.Failed failed ->
                    said.completeExceptionally(new AssertionError(failed.message()));
              }
            });
      }
      return all.stream().map(CompletableFuture::join).toList();
    }
  }

  private static float[] last(Model model, KvType type, int[] ids, int chunk) {
    try (Runs run = new Runs(model, MAX_ROWS, 2 * LONG_PROMPT, type)) {
      float[] logits = {};
      for (int from = 0; from < ids.length; from += chunk) {
        float[][] rows =
            run.step(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + chunk)));
        logits = rows[rows.length - 1];
      }
      return logits;
    }
  }

  private List<Golden> some(Path file, int times) {
    return Golden.read(file).stream().limit((long) times * cases()).toList();
  }

  private int[] firstOf(int[] tokens) {
    return Arrays.copyOf(tokens, Math.min(tokens(), tokens.length));
  }

  private static float[][] prompt(Model model, Golden expected) {
    try (Runs run = new Runs(model, MAX_ROWS, MAX_TOKENS)) {
      return run.step(expected.ids());
    }
  }

  private int[] greedy(Model model, Golden expected) {
    int[] output = new int[firstOf(expected.greedy()).length];
    try (Runs run = new Runs(model, MAX_ROWS, MAX_TOKENS)) {
      float[][] logits = run.step(expected.ids());
      for (int i = 0; i < output.length; i++) {
        output[i] = Runs.argmax(logits[logits.length - 1]);
        logits = run.step(output[i]);
      }
    }
    return output;
  }

  private static int[] argmax(float[][] logits) {
    return Arrays.stream(logits).mapToInt(Runs::argmax).toArray();
  }
}
