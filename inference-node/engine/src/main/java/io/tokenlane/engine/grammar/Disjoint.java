package io.tokenlane.engine.grammar;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Proves that no value satisfies two branches of a {@code oneOf}, which a grammar cannot check. */
final class Disjoint {
  private Disjoint() {}

  static void check(List<JsonNode> branches, SchemaPath path) {
    for (int i = 0; i < branches.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (!disjoint(branches.get(i), branches.get(j))) {
          throw new SchemaException(
              path.to("oneOf"),
              "%d and %d may both fit (expected: types, constants or a required constant property"
                      .formatted(j, i)
                  + " that tell them apart; or anyOf)");
        }
      }
    }
  }

  /**
   * A property whose constants tell all objects apart, though one does not require it: with it in
   * every value, as unions with a discriminator mean it, no value satisfies two. Null if there is
   * none, or if none is needed.
   */
  static @Nullable String tag(List<JsonNode> branches) {
    List<JsonNode> objects =
        branches.stream().filter(branch -> types(branch).equals(Set.of("object"))).toList();
    if (objects.size() < 2) {
      return null;
    }
    return objects.getFirst().path("properties").propertyNames().stream()
        .filter(name -> tellsApart(objects, name))
        .filter(name -> !objects.stream().allMatch(branch -> required(branch).contains(name)))
        .findFirst()
        .orElse(null);
  }

  private static boolean tellsApart(List<JsonNode> branches, String name) {
    Set<JsonNode> seen = new HashSet<>();
    for (JsonNode branch : branches) {
      Set<JsonNode> values = constants(branch.path("properties").path(name));
      if (values.isEmpty() || !seen.addAll(values) || seen.size() < values.size()) {
        return false;
      }
    }
    return true;
  }

  /** A branch that requires the property, where it is one of objects. */
  static JsonNode withTag(JsonNode branch, String tag) {
    if (!types(branch).equals(Set.of("object"))) {
      return branch;
    }
    boolean wrong = branch.has("required") && !branch.get("required").isArray();
    if (wrong || required(branch).contains(tag)) {
      return branch;
    }
    ObjectNode changed = JsonNodeFactory.instance.objectNode();
    changed.setAll((ObjectNode) branch);
    ArrayNode required = changed.putArray("required");
    branch.path("required").forEach(required::add);
    required.add(tag);
    return changed;
  }

  private static boolean disjoint(JsonNode a, JsonNode b) {
    return apart(constants(a), constants(b))
        || apart(types(a), types(b))
        || propertiesTellApart(a, b);
  }

  private static boolean apart(Set<?> a, Set<?> b) {
    return !a.isEmpty() && !b.isEmpty() && a.stream().noneMatch(b::contains);
  }

  private static boolean propertiesTellApart(JsonNode a, JsonNode b) {
    Set<String> shared = required(a);
    shared.retainAll(required(b));
    return types(a).equals(Set.of("object"))
        && types(b).equals(Set.of("object"))
        && shared.stream()
            .anyMatch(
                name ->
                    apart(
                        constants(a.path("properties").path(name)),
                        constants(b.path("properties").path(name))));
  }

  private static Set<String> required(JsonNode schema) {
    Set<String> names = new HashSet<>();
    schema.path("required").forEach(name -> names.add(name.asString("")));
    return names;
  }

  private static Set<JsonNode> constants(JsonNode schema) {
    Set<JsonNode> values = new HashSet<>();
    if (schema.has("const")) {
      values.add(schema.get("const"));
    }
    schema.path("enum").forEach(values::add);
    return values;
  }

  private static Set<String> types(JsonNode schema) {
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
}
