package io.tokenlane.node.openai;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Which types a tool's schema lets an argument have: what {@code type}, {@code const} and {@code
 * enum} say, there and where {@code anyOf}, {@code oneOf}, {@code allOf} and {@code $ref} lead. One
 * instance for one question.
 */
final class ParameterTypes {
  private static final Set<String> ALL =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");

  /** Schemas that are looked at; what lies beyond may be anything. */
  private static final int MOST_SCHEMAS = 1000;

  private final JsonNode root;
  private int seen;

  private ParameterTypes(JsonNode root) {
    this.root = root;
  }

  /**
   * The types of an argument; empty if the schema does not tell.
   *
   * @param parameters schema of the tool's arguments
   */
  static Set<String> of(JsonNode parameters, String argument) {
    ParameterTypes types = new ParameterTypes(parameters);
    Set<String> allowed = types.ofProperty(parameters, argument);
    return allowed.equals(ALL) ? Set.of() : allowed;
  }

  private Set<String> ofProperty(JsonNode schema, String name) {
    if (++seen > MOST_SCHEMAS) {
      return ALL;
    }
    Set<String> allowed = types(schema.path("properties").path(name));
    if (schema.has("$ref")) {
      allowed = both(allowed, ofProperty(target(schema), name));
    }
    for (JsonNode part : schema.path("allOf")) {
      allowed = both(allowed, ofProperty(part, name));
    }
    return allowed;
  }

  private Set<String> types(JsonNode schema) {
    if (++seen > MOST_SCHEMAS) {
      return ALL;
    }
    Set<String> allowed = both(named(schema.path("type")), ofConstants(schema));
    if (schema.has("$ref")) {
      allowed = both(allowed, types(target(schema)));
    }
    for (JsonNode part : schema.path("allOf")) {
      allowed = both(allowed, types(part));
    }
    return both(allowed, both(ofAny(schema.path("anyOf")), ofAny(schema.path("oneOf"))));
  }

  private static Set<String> both(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.retainAll(other);
    return both;
  }

  private Set<String> ofAny(JsonNode branches) {
    Set<String> any = new HashSet<>();
    branches.forEach(branch -> any.addAll(types(branch)));
    return any.isEmpty() ? ALL : any;
  }

  private static Set<String> named(JsonNode type) {
    Set<String> names = new HashSet<>();
    names.add(type.asString(""));
    type.forEach(name -> names.add(name.asString("")));
    names.retainAll(ALL);
    if (names.contains("number")) {
      names.add("integer");
    }
    return names.isEmpty() ? ALL : names;
  }

  private static Set<String> ofConstants(JsonNode schema) {
    Set<String> types = new HashSet<>();
    schema.path("enum").forEach(value -> types.addAll(typesOf(value)));
    if (schema.has("const")) {
      types.addAll(typesOf(schema.get("const")));
    }
    return types.isEmpty() ? ALL : types;
  }

  private static Set<String> typesOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> Set.of("object");
      case ARRAY -> Set.of("array");
      case STRING -> Set.of("string");
      case BOOLEAN -> Set.of("boolean");
      case NUMBER -> Set.of("number", "integer");
      default -> Set.of("null");
    };
  }

  /** What a reference within the schema leads to; nothing for any other. */
  private JsonNode target(JsonNode schema) {
    String reference = schema.path("$ref").asString("");
    if (!reference.equals("#") && !reference.startsWith("#/")) {
      return root.path("");
    }
    try {
      String pointer = reference.substring(1).replace("+", "%2B");
      return root.at(URLDecoder.decode(pointer, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return root.at(reference.substring(1));
    }
  }
}
