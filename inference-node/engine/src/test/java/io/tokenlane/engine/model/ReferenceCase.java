package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.checkpoint.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An architecture in an odd shape, with the reference implementation's numbers in float32.
 *
 * @param folder with {@code config.json} and {@code golden.json}; weights follow from their names
 */
record ReferenceCase(Path folder) {
  static final int MAX_ROWS = 64;

  private static final int MAX_TOKENS = 128;
  private static final double TOLERANCE = 2e-5;

  static Stream<String> names() throws IOException {
    try (Stream<Path> folders = Files.list(TestModels.reference().resolve("models"))) {
      return folders.map(path -> path.getFileName().toString()).sorted().toList().stream();
    }
  }

  static ReferenceCase of(String name) {
    return new ReferenceCase(TestModels.reference().resolve("models").resolve(name));
  }

  List<Golden> goldens() {
    return Golden.read(folder.resolve("golden.json"));
  }

  /** Writes it as a Hugging Face folder of so many files of weights. */
  void write(int files, Path to) throws IOException {
    Files.copy(folder.resolve("config.json"), to.resolve("config.json"));
    NamedWeights.write(shapes(), files, to);
  }

  private Map<String, int[]> shapes() {
    JsonNode golden = JsonMapper.shared().readTree(folder.resolve("golden.json").toFile());
    Map<String, int[]> shapes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> tensor : golden.get("shapes").properties()) {
      shapes.put(
          tensor.getKey(), tensor.getValue().valueStream().mapToInt(JsonNode::intValue).toArray());
    }
    return shapes;
  }

  /**
   * Fails unless a model follows the reference.
   *
   * @param tokens most to go on with behind the prompt
   */
  static void check(Model model, Golden expected, int tokens) {
    try (Runs run = new Runs(model, MAX_ROWS, MAX_TOKENS)) {
      float[][] logits = run.step(expected.ids());
      assertThat(Golden.relativeError(logits[logits.length - 1], expected.lastLogits()))
          .isLessThan(TOLERANCE);
      assertThat(Arrays.stream(logits).mapToInt(Runs::argmax).toArray())
          .isEqualTo(expected.argmax());
      int[] greedy = new int[Math.min(tokens, expected.greedy().length)];
      for (int i = 0; i < greedy.length; i++) {
        greedy[i] = Runs.argmax(logits[logits.length - 1]);
        logits = run.step(greedy[i]);
      }
      assertThat(greedy).isEqualTo(Arrays.copyOf(expected.greedy(), greedy.length));
    }
  }
}
