package io.tokenlane.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every architecture that the node runs, in odd shapes, with every scaling of positions and with
 * windows shorter than the text, against the reference implementation's numbers.
 */
abstract class ReferenceKit {
  private static final int MAX_ROWS = 64;
  private static final int MAX_TOKENS = 128;
  private static final double TOLERANCE = 2e-5;

  @TempDir private Path folder;

  abstract BackendProvider provider();

  /** Tokens to go on with behind a prompt. */
  abstract int tokens();

  static Stream<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(TestModels.reference().resolve("models"))) {
      return folders.map(path -> path.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void followsTheReference(String name) throws IOException {
    Path reference = TestModels.reference().resolve("models").resolve(name);
    Files.copy(reference.resolve("config.json"), folder.resolve("config.json"));
    NamedWeights.write(shapes(reference), 1, folder);
    try (Backend backend = provider().create(new BackendOptions(1));
        Checkpoint checkpoint = Checkpoint.open(folder);
        Model model = Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS)) {
      check(model, Golden.read(reference.resolve("golden.json")).getFirst());
    }
  }

  private void check(Model model, Golden expected) {
    try (Runs run = new Runs(model, MAX_ROWS, MAX_TOKENS)) {
      float[][] logits = run.step(expected.ids());
      assertThat(Golden.relativeError(logits[logits.length - 1], expected.lastLogits()))
          .isLessThan(TOLERANCE);
      assertThat(Arrays.stream(logits).mapToInt(Runs::argmax).toArray())
          .isEqualTo(expected.argmax());
      int[] greedy = new int[Math.min(tokens(), expected.greedy().length)];
      for (int i = 0; i < greedy.length; i++) {
        greedy[i] = Runs.argmax(logits[logits.length - 1]);
        logits = run.step(greedy[i]);
      }
      assertThat(greedy).isEqualTo(Arrays.copyOf(expected.greedy(), greedy.length));
    }
  }

  private static Map<String, int[]> shapes(Path reference) {
    JsonNode golden = JsonMapper.shared().readTree(reference.resolve("golden.json").toFile());
    Map<String, int[]> shapes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> tensor : golden.get("shapes").properties()) {
      shapes.put(
          tensor.getKey(), tensor.getValue().valueStream().mapToInt(JsonNode::intValue).toArray());
    }
    return shapes;
  }
}
