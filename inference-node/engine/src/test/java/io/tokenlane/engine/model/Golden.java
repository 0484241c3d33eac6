package io.tokenlane.engine.model;

import io.tokenlane.engine.checkpoint.TestModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the reference implementation computed for one prompt.
 *
 * @param argmax the most likely token behind each position
 * @param lastLogits logits behind the last position
 * @param greedy what greedy decoding continues with
 */
@SuppressWarnings("ArrayRecordComponent") // test data, never compared as a whole
record Golden(int[] ids, int[] argmax, float[] lastLogits, int[] greedy) {

  /** The cases of a model's {@code golden.json}. */
  static List<Golden> read(String model) {
    return read(TestModels.of(model + "/golden.json"));
  }

  /** The cases of a file. */
  static List<Golden> read(Path file) {
    JsonNode root = JsonMapper.shared().readTree(file.toFile());
    List<Golden> cases = new ArrayList<>();
    for (JsonNode node : root.get("cases")) {
      JsonNode greedy = node.has("greedy_64") ? node.get("greedy_64") : node.get("greedy_24");
      cases.add(
          new Golden(
              integers(node.get("ids")),
              integers(node.get("argmax_per_position")),
              floats(node.get("last_logits")),
              integers(greedy)));
    }
    return cases;
  }

  /** The distance of two vectors by the length of the second. */
  static double relativeError(float[] actual, float[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }

  private static int[] integers(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}
