package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models on CPU backends against the reference implementation's numbers. */
final class GoldenTest {
  private static final int MAX_ROWS = 128;
  private static final int MAX_TOKENS = 256;
  private static final double LOGITS_TOLERANCE = 1e-5;
  private static final double INT8_AGREEMENT = 0.97;

  @ParameterizedTest
  @CsvSource({
    "scalar, tiny-llama, tiny-llama",
    "vector, tiny-llama, tiny-llama",
    "scalar, demo/hf, demo",
    "vector, demo/hf, demo",
    "scalar, demo/demo-f16.gguf, demo",
    "vector, demo/demo-f16.gguf, demo"
  })
  void float32ArithmeticTakesTheReferencesTokens(String backendName, String model, String golden) {
    try (Backend backend = start(backendName);
        Checkpoint checkpoint = Checkpoint.open(TestModels.of(model));
        Model loaded = load(checkpoint, backend)) {
      for (Golden expected : Golden.read(golden)) {
        assertThat(argmax(prompt(loaded, expected))).isEqualTo(expected.argmax());
        assertThat(greedy(loaded, expected)).isEqualTo(expected.greedy());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "scalar, tiny-llama, tiny-llama, false",
    "vector, tiny-llama, tiny-llama, false",
    "scalar, demo/hf, demo, true",
    "vector, demo/hf, demo, true",
    "scalar, demo/demo-f16.gguf, demo, true",
    "vector, demo/demo-f16.gguf, demo, true"
  })
  void float32ArithmeticGivesTheReferencesLogits(
      String backendName, String model, String golden, boolean rounded) {
    try (Backend backend = start(backendName);
        Checkpoint checkpoint = Checkpoint.open(TestModels.of(model))) {
      ModelConfig config = checkpoint.config();
      Weights weights =
          rounded ? new RoundedFrequencies(checkpoint.weights(), config) : checkpoint.weights();
      try (Model loaded = Models.load(config, weights, backend, MAX_ROWS)) {
        for (Golden expected : Golden.read(golden)) {
          float[][] logits = prompt(loaded, expected);
          assertThat(Golden.relativeError(logits[logits.length - 1], expected.lastLogits()))
              .isLessThan(LOGITS_TOLERANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "scalar, tiny-qwen2",
    "vector, tiny-qwen2",
    "scalar, tiny-qwen3",
    "vector, tiny-qwen3",
    "scalar, tiny-glm4",
    "vector, tiny-glm4"
  })
  void architecturesThatAreRowsOfTheTableFollowTheReference(String backendName, String model) {
    Path folder = TestModels.shared(model);
    assumeTrue(Files.isDirectory(folder), () -> folder + " is not here");
    try (Backend backend = start(backendName);
        Checkpoint checkpoint = Checkpoint.open(folder);
        Model loaded = load(checkpoint, backend)) {
      for (Golden expected : Golden.read(folder.resolve("golden.json"))) {
        float[][] logits = prompt(loaded, expected);
        assertThat(argmax(logits)).isEqualTo(expected.argmax());
        assertThat(Golden.relativeError(logits[logits.length - 1], expected.lastLogits()))
            .isLessThan(LOGITS_TOLERANCE);
        assertThat(greedy(loaded, expected)).isEqualTo(expected.greedy());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void int8WeightsAgreeWithTheReference(String backendName) {
    int positions = 0;
    int agreeing = 0;
    try (Backend backend = start(backendName);
        Checkpoint checkpoint = Checkpoint.open(TestModels.demoQ8());
        Model loaded = load(checkpoint, backend)) {
      for (Golden expected : Golden.read("demo")) {
        int[] argmax = argmax(prompt(loaded, expected));
        for (int i = 0; i < argmax.length; i++) {
          positions++;
          agreeing += argmax[i] == expected.argmax()[i] ? 1 : 0;
        }
      }
    }
    assertThat((double) agreeing / positions).isGreaterThanOrEqualTo(INT8_AGREEMENT);
  }

  private static Backend start(String name) {
    return Backends.select(name, new BackendOptions(2)).backend();
  }

  private static Model load(Checkpoint checkpoint, Backend backend) {
    return Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS);
  }

  private static float[][] prompt(Model model, Golden expected) {
    try (Runs run = new Runs(model, MAX_ROWS, MAX_TOKENS)) {
      return run.step(expected.ids());
    }
  }

  private static int[] greedy(Model model, Golden expected) {
    int[] output = new int[expected.greedy().length];
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
