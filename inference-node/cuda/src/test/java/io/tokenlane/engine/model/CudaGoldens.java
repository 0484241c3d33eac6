package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models on the CUDA backend against the reference implementation's numbers. */
abstract class CudaGoldens {
  private static final int MAX_ROWS = 128;
  private static final int MAX_TOKENS = 256;
  private static final double LOGITS_TOLERANCE = 1e-5;
  private static final double INT8_AGREEMENT = 0.97;

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
      for (Golden expected : some(folder.resolve("golden.json"))) {
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
      for (Golden expected : some(TestModels.of("demo/golden.json"))) {
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

  private List<Golden> some(Path file) {
    return Golden.read(file).stream().limit(cases()).toList();
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
