package io.tokenlane.node.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code tokenlane calibrate} found out about a model's layers; a JSON file beside the model:
 * {@code NAME.early-exit.json} beside {@code NAME.gguf}, {@code early-exit.json} in a folder.
 *
 * @param loss share of tokens that may differ from those of all layers, as was wanted; 0 where the
 *     thresholds were not found by it
 * @param positions tokens that it was measured on
 * @param agreement for each layer but the last, the share of tokens on which it agrees with all
 * @param thresholds for each layer but the last, the probability at which tokens leave; more than 1
 *     where leaving does not pay
 */
public record Calibration(
    double loss, long positions, List<Float> agreement, List<Float> thresholds) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public Calibration {
    agreement = List.copyOf(agreement);
    thresholds = List.copyOf(thresholds);
    for (float threshold : thresholds) {
      if (!(threshold >= 0)) {
        throw new IllegalArgumentException(
            "thresholds: %s (expected: at least 0, or null)".formatted(threshold));
      }
    }
  }

  /** Where that of a model lies. */
  public static Path beside(Path model) {
    if (Files.isDirectory(model)) {
      return model.resolve("early-exit.json");
    }
    String name = model.getFileName().toString();
    int ending = name.lastIndexOf('.');
    return model.resolveSibling(
        (ending > 0 ? name.substring(0, ending) : name) + ".early-exit.json");
  }

  /**
   * That of a model; empty if it has none.
   *
   * @throws IllegalArgumentException if the file is not as it should be
   */
  static Optional<Calibration> find(Path model) {
    Path file = beside(model);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(read(in, file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }

  /**
   * Reads it.
   *
   * @param name of the file, for messages
   */
  static Calibration read(InputStream in, String name) {
    try {
      JsonNode root = JSON.readTree(in);
      return new Calibration(
          root.path("loss").asDouble(0),
          root.path("positions").asLong(0),
          floats(root, "agreement", name),
          floats(root, "thresholds", name));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          name + ": not JSON (expected: what ./tokenlane calibrate writes)");
    }
  }

  private static List<Float> floats(JsonNode root, String field, String name) {
    List<Float> values = new ArrayList<>();
    for (JsonNode value : root.path(field)) {
      if (!value.isNumber() && !value.isNull()) {
        throw new IllegalArgumentException(
            "%s: %s: %s (expected: numbers or null)".formatted(name, field, value));
      }
      values.add(value.isNull() ? NEVER : (float) value.doubleValue());
    }
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: %s: missing (expected: a number or null for each layer but the last)"
              .formatted(name, field));
    }
    return values;
  }

  private static final float NEVER = 2;

  /** As a file has it. */
  public String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("loss", loss);
    root.put("positions", positions);
    ArrayNode agreements = root.putArray("agreement");
    agreement.forEach(value -> agreements.add(value));
    ArrayNode array = root.putArray("thresholds");
    for (Float threshold : thresholds) {
      array.add(threshold > 1 ? null : threshold);
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }

  /** Layers up to the first behind which tokens may leave. */
  public int minLayer() {
    for (int layer = 0; layer < thresholds.size(); layer++) {
      if (thresholds.get(layer) <= 1) {
        return layer + 1;
      }
    }
    return thresholds.size();
  }

  /** This, if it is that of a model of so many layers. */
  Calibration of(int layers) {
    if (thresholds.size() != layers - 1) {
      throw new IllegalArgumentException(
          "calibration: thresholds: %d (expected: %d, one for each layer but the last)"
              .formatted(thresholds.size(), layers - 1));
    }
    return this;
  }
}
