package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
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
