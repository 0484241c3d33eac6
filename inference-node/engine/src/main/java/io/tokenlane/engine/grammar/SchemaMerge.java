package io.tokenlane.engine.grammar;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas that a value must all satisfy, as one; only where they speak of different things. */
final class SchemaMerge {
  private final String path;
  private final ObjectNode result = JsonNodeFactory.instance.objectNode();

  /**
   * @param path of the keyword, for errors
   * @param base the first of the schemas
   * @param keyword what of it to leave out
   */
  SchemaMerge(String path, JsonNode base, String keyword) {
    this.path = path;
    base.properties().stream()
        .filter(entry -> !entry.getKey().equals(keyword))
        .forEach(entry -> result.set(entry.getKey(), entry.getValue()));
  }

  /** Adds one that holds no reference itself. */
  void add(JsonNode schema) {
    if (!schema.isObject()) {
      throw new SchemaException(path, schema + " (expected: an object beside others)");
    }
    if (closes(result, schema) || closes(schema, result)) {
      throw new SchemaException(
          path, "additionalProperties beside properties elsewhere (expected: in one schema)");
    }
    schema.properties().stream()
        .filter(entry -> !Keywords.isAnnotation(entry.getKey()))
        .forEach(this::add);
  }

  private static boolean closes(JsonNode one, JsonNode other) {
    return one.has("additionalProperties") && other.has("properties") && !other.equals(one);
  }

  private void add(Map.Entry<String, JsonNode> entry) {
    String keyword = entry.getKey();
    JsonNode own = result.get(keyword);
    if (own == null || own.equals(entry.getValue())) {
      result.set(keyword, entry.getValue());
    } else if (keyword.equals("required") && own.isArray()) {
      ArrayNode both = ((ArrayNode) own).deepCopy();
      entry.getValue().forEach(both::add);
      result.set(keyword, both);
    } else if (keyword.equals("properties") && own.isObject()) {
      result.set(keyword, properties((ObjectNode) own, entry.getValue()));
    } else {
      throw new SchemaException(
          path, keyword + " stands twice and differs (expected: one " + keyword + ")");
    }
  }

  private ObjectNode properties(ObjectNode own, JsonNode more) {
    ObjectNode both = own.deepCopy();
    for (Map.Entry<String, JsonNode> property : more.properties()) {
      JsonNode known = both.get(property.getKey());
      if (known != null && !known.equals(property.getValue())) {
        throw new SchemaException(
            path, "property " + property.getKey() + " stands twice and differs (expected: once)");
      }
      both.set(property.getKey(), property.getValue());
    }
    return both;
  }

  JsonNode result() {
    return result;
  }
}
