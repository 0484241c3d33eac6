package io.tokenlane.engine.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small JSON object from a checkpoint, with typed getters whose errors name file and field. */
final class JsonFile {
  /** Refuses a key given twice, and text behind the object. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final long MOST_BYTES = 32 << 20;

  private final String file;
  private final JsonNode node;

  JsonFile(String file, JsonNode node) {
    this.file = file;
    this.node = node;
  }

  /** Reads a file that must hold one JSON object of at most 32 MiB. */
  static JsonFile read(Path path) {
    String file = FileNames.of(path);
    try {
      long size = Files.size(path);
      if (size > MOST_BYTES) {
        throw CheckpointException.of(file, "size", size, "at most " + MOST_BYTES + " bytes");
      }
      return parse(file, Files.readAllBytes(path));
    } catch (IOException e) {
      throw FileNames.unreadable(file, e);
    }
  }

  static JsonFile parse(String file, byte[] json) {
    try {
      JsonNode node = MAPPER.readTree(json);
      if (!node.isObject()) {
        throw CheckpointException.of(file, "content", node.getNodeType(), "a JSON object");
      }
      return new JsonFile(file, node);
    } catch (JacksonException e) {
      throw notJson(file, e);
    }
  }

  static CheckpointException notJson(String file, JacksonException cause) {
    return new CheckpointException(
        "%s: content: not JSON: %s"
            .formatted(file, CheckpointException.printable(cause.getOriginalMessage())),
        cause);
  }

  String file() {
    return file;
  }

  JsonNode node() {
    return node;
  }

  OptionalInt integer(String field) {
    JsonNode value = find(field);
    if (value == null) {
      return OptionalInt.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw CheckpointException.of(file, field, value, "a 32-bit integer");
    }
    return OptionalInt.of(value.intValue());
  }

  OptionalDouble number(String field) {
    JsonNode value = find(field);
    if (value == null) {
      return OptionalDouble.empty();
    }
    if (!value.isNumber()) {
      throw CheckpointException.of(file, field, value, "a number");
    }
    return OptionalDouble.of(value.doubleValue());
  }

  Optional<String> string(String field) {
    JsonNode value = find(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw CheckpointException.of(file, field, value, "a string");
    }
    return Optional.of(value.stringValue());
  }

  Optional<Boolean> flag(String field) {
    JsonNode value = find(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isBoolean()) {
      throw CheckpointException.of(file, field, value, "true or false");
    }
    return Optional.of(value.booleanValue());
  }

  Optional<JsonFile> object(String field) {
    JsonNode value = find(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isObject()) {
      throw CheckpointException.of(file, field, value, "an object");
    }
    return Optional.of(new JsonFile(file + ": " + field, value));
  }

  /** The field's value; null where it is missing or null. */
  @Nullable JsonNode find(String field) {
    JsonNode value = node.get(field);
    return value == null || value.isNull() ? null : value;
  }
}
