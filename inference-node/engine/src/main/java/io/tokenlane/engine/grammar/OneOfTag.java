package io.tokenlane.engine.grammar;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The property that tells the objects of a {@code oneOf} apart without being required. */
final class OneOfTag {
  private static final Set<String> OBJECT = Set.of("object");

  private OneOfTag() {}

  /**
   * A property whose constants tell all objects apart, though one does not require it: with it in
   * every value, as unions with a discriminator mean it, no value satisfies two. Null if there is
   * none, or if none is needed.
   */
  static @Nullable String of(List<JsonNode> branches) {
    List<JsonNode> objects =
        branches.stream().filter(branch -> OneOfBranch.types(branch).equals(OBJECT)).toList();
    if (objects.size() < 2) {
      return null;
    }
    List<Set<String>> required = objects.stream().map(OneOfBranch::required).toList();
    return objects.getFirst().path("properties").propertyNames().stream()
        .filter(name -> tellsApart(objects, name))
        .filter(name -> !required.stream().allMatch(names -> names.contains(name)))
        .findFirst()
        .orElse(null);
  }

  private static boolean tellsApart(List<JsonNode> branches, String name) {
    Set<JsonNode> seen = new HashSet<>();
    for (JsonNode branch : branches) {
      for (JsonNode value : values(branch, name)) {
        if (!seen.add(value)) {
          return false;
        }
      }
      if (values(branch, name).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static Set<JsonNode> values(JsonNode branch, String name) {
    return OneOfBranch.constants(branch.path("properties").path(name));
  }

  /** Whether a branch is one of objects that does not require the property. */
  static boolean lacks(JsonNode branch, String tag) {
    boolean readable = !branch.has("required") || branch.get("required").isArray();
    return readable
        && OneOfBranch.types(branch).equals(OBJECT)
        && !OneOfBranch.required(branch).contains(tag);
  }

  /** A branch of objects that requires the property too. */
  static JsonNode added(JsonNode branch, String tag) {
    ObjectNode changed = JsonNodeFactory.instance.objectNode();
    changed.setAll((ObjectNode) branch);
    ArrayNode required = changed.putArray("required");
    branch.path("required").forEach(required::add);
    required.add(tag);
    return changed;
  }
}
