package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code const} and {@code enum}. */
final class Literals {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Literals() {}

  static Expr values(JsonNode schema, SchemaPath path) {
    Keywords.only(schema, path, Set.of("type", "const", "enum"));
    Set<String> types = schema.has("type") ? Keywords.types(schema, path) : Set.of();
    List<JsonNode> wanted = new ArrayList<>();
    for (JsonNode value : candidates(schema, path)) {
      refuseEndless(value, path);
      boolean twice = schema.has("const") && !schema.get("const").equals(value);
      if (!twice && (types.isEmpty() || types.stream().anyMatch(type -> isOf(type, value)))) {
        wanted.add(value);
      }
    }
    return wanted.isEmpty()
        ? SchemaReader.nothing(path, "no constant is of the type, or is both constants")
        : SharedStarts.anyOf(wanted.stream().map(Literals::json).toList());
  }

  private static List<JsonNode> candidates(JsonNode schema, SchemaPath path) {
    JsonNode values = schema.get("enum");
    if (values == null) {
      return List.of(schema.get("const"));
    }
    if (!values.isArray() || values.isEmpty()) {
      throw new SchemaException(
          path.to("enum"), values + " (expected: an array of at least one value)");
    }
    return values.valueStream().toList();
  }

  /** Numbers too large to be read are no JSON when they are written. */
  private static void refuseEndless(JsonNode value, SchemaPath path) {
    Deque<JsonNode> left = new ArrayDeque<>(List.of(value));
    while (!left.isEmpty()) {
      JsonNode node = left.pop();
      if (node.isNumber() && !Keywords.isFinite(node)) {
        throw new SchemaException(path, "a constant number is too large (expected: at most 1e308)");
      }
      node.forEach(left::push);
    }
  }

  private static boolean isOf(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isString();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      default -> value.isNull();
    };
  }

  /** The value as JSON. */
  static String json(JsonNode value) {
    return MAPPER.writeValueAsString(value);
  }

  /** The text as a JSON string. */
  static String json(String text) {
    return MAPPER.writeValueAsString(text);
  }
}
