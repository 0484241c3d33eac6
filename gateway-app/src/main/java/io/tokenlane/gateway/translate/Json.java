package io.tokenlane.gateway.translate;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Making and reading trees. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Json() {}

  /** An object of alternating names and values; values that are null are left out. */
  static ObjectNode object(@Nullable Object... namesAndValues) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      if (value != null) {
        object.set(String.valueOf(namesAndValues[i]), node(value));
      }
    }
    return object;
  }

  static ArrayNode array(Object... values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Object value : values) {
      array.add(node(value));
    }
    return array;
  }

  private static JsonNode node(Object value) {
    return value instanceof JsonNode node ? node : MAPPER.valueToTree(value);
  }

  /** JSON null, which {@link #object} would otherwise leave out. */
  static JsonNode nothing() {
    return JsonNodeFactory.instance.nullNode();
  }

  static Optional<JsonNode> parse(String text) {
    try {
      return Optional.ofNullable(MAPPER.readTree(text)).filter(node -> !node.isMissingNode());
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  static String write(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  /** Copies members that mean the same on both sides. */
  static void copy(ObjectNode from, ObjectNode to, String... names) {
    for (String name : names) {
      rename(from, name, to, name);
    }
  }

  static void rename(ObjectNode from, String name, ObjectNode to, String newName) {
    JsonNode value = from.get(name);
    if (value != null && !value.isNull()) {
      to.set(newName, value);
    }
  }

  /** The text of a member of a node's answer; empty text where it is missing or null. */
  static String text(JsonNode node, String name) {
    return node.path(name).asString("");
  }

  /** The arguments of a call; empty where they are no object, as when the answer was cut. */
  static Optional<JsonNode> arguments(String text) {
    return parse(text).filter(JsonNode::isObject);
  }

  /** Whether it is an error: some servers put {@code "error": null} beside good answers. */
  static boolean tellsError(JsonNode answer) {
    JsonNode error = answer.path("error");
    return error.isObject() || error.isString();
  }

  /** What an error says, be it an object or a text. */
  static String message(JsonNode error) {
    return error.isString() ? error.asString() : text(error, "message");
  }
}
