package io.tokenlane.engine.grammar;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas that a value must all satisfy, as one; only where they speak of different things. */
final class SchemaMerge {
  private final SchemaPath path;
  private final ObjectNode result = JsonNodeFactory.instance.objectNode();
  private final Set<JsonNode> added = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable ArrayNode required;
  private @Nullable ObjectNode properties;

  /**
   * @param path of the keyword, for errors
   * @param base the first of the schemas
   * @param keyword what of it to leave out
   */
  SchemaMerge(SchemaPath path, JsonNode base, String keyword) {
    this.path = path;
    base.properties().stream()
        .filter(entry -> !entry.getKey().equals(keyword))
        .filter(entry -> !Keywords.isAnnotation(entry.getKey()))
        .forEach(entry -> result.set(entry.getKey(), entry.getValue()));
  }

  /** Adds one that holds no reference itself. */
  void add(JsonNode schema) {
    if (!added.add(schema)) {
      return;
    }
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
    if (own == null) {
      result.set(keyword, entry.getValue());
    } else if (!own.equals(entry.getValue())) {
      add(keyword, own, entry.getValue());
    }
  }

  private void add(String keyword, JsonNode own, JsonNode more) {
    if (keyword.equals("required") && own.isArray()) {
      more.forEach(required(own)::add);
    } else if (keyword.equals("properties") && own.isObject()) {
      add(properties(own), more);
    } else {
      throw new SchemaException(
          path, keyword + " stands twice and differs (expected: one " + keyword + ")");
    }
  }

  /** The names so far, in an array that is no schema's own. */
  private ArrayNode required(JsonNode given) {
    if (required == null) {
      required = result.putArray("required");
      given.forEach(required::add);
    }
    return required;
  }

  /** The properties so far, in an object that is no schema's own. */
  private ObjectNode properties(JsonNode given) {
    if (properties == null) {
      properties = result.putObject("properties");
      properties.setAll((ObjectNode) given);
    }
    return properties;
  }

  private void add(ObjectNode both, JsonNode more) {
    for (Map.Entry<String, JsonNode> property : more.properties()) {
      JsonNode known = both.get(property.getKey());
      if (known != null && !known.equals(property.getValue())) {
        throw new SchemaException(
            path, "property " + property.getKey() + " stands twice and differs (expected: once)");
      }
      both.set(property.getKey(), property.getValue());
    }
  }

  JsonNode result() {
    return result;
  }
}
