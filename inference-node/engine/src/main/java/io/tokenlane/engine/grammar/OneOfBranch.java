package io.tokenlane.engine.grammar;

import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What tells a branch of a {@code oneOf} from others.
 *
 * @param types of its values; none if it has no values
 * @param constants all of its values; empty if it does not name them
 * @param tellers the constants of its required properties, where it takes nothing but objects
 */
record OneOfBranch(Set<String> types, Set<JsonNode> constants, Map<String, Set<JsonNode>> tellers) {
  private static final Set<String> ALL_TYPES =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");

  private static final Set<String> OBJECT = Set.of("object");

  /** What decides which others a branch has to be compared with. */
  enum Kind {
    CONSTANTS,
    OBJECTS,
    OTHER
  }

  static OneOfBranch of(JsonNode schema) {
    Set<String> said = types(schema);
    Set<String> types = said.isEmpty() ? ALL_TYPES : said;
    Set<JsonNode> constants = constants(schema);
    if (constants.isEmpty()) {
      return new OneOfBranch(types, constants, types.equals(OBJECT) ? tellers(schema) : Map.of());
    }
    constants.removeIf(value -> Collections.disjoint(typesOf(value), types));
    Set<String> both = new HashSet<>();
    constants.forEach(value -> both.addAll(typesOf(value)));
    return new OneOfBranch(both, constants, Map.of());
  }

  Kind kind() {
    if (!constants.isEmpty()) {
      return Kind.CONSTANTS;
    }
    return types.equals(OBJECT) ? Kind.OBJECTS : Kind.OTHER;
  }

  private static Map<String, Set<JsonNode>> tellers(JsonNode schema) {
    Map<String, Set<JsonNode>> tellers = new TreeMap<>();
    for (String name : required(schema)) {
      Set<JsonNode> values = constants(schema.path("properties").path(name));
      if (!values.isEmpty()) {
        tellers.put(name, values);
      }
    }
    return tellers;
  }

  static Set<String> required(JsonNode schema) {
    Set<String> names = new HashSet<>();
    schema.path("required").forEach(name -> names.add(name.asString("")));
    return names;
  }

  static Set<JsonNode> constants(JsonNode schema) {
    Set<JsonNode> values = new HashSet<>();
    if (schema.has("const")) {
      values.add(schema.get("const"));
    }
    schema.path("enum").forEach(values::add);
    return values;
  }

  /** The types that a schema names; none if it names none. */
  static Set<String> types(JsonNode schema) {
    Set<String> types = new HashSet<>();
    JsonNode type = schema.path("type");
    if (type.isString()) {
      types.add(type.stringValue());
    }
    type.forEach(name -> types.add(name.asString("")));
    if (types.contains("number")) {
      types.add("integer");
    }
    return types;
  }

  /** A number may be whole however it is written. */
  private static Set<String> typesOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> OBJECT;
      case ARRAY -> Set.of("array");
      case STRING -> Set.of("string");
      case BOOLEAN -> Set.of("boolean");
      case NUMBER -> Set.of("number", "integer");
      default -> Set.of("null");
    };
  }
}
