package io.tokenlane.engine.grammar;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Which keywords of JSON Schema can be enforced, and for which type of value. */
final class Keywords {
  /** Say nothing about which values are valid. */
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          "$id",
          "$anchor",
          "$comment",
          "$defs",
          "definitions",
          "title",
          "description",
          "default",
          "example",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "discriminator",
          "contentMediaType",
          "contentEncoding",
          "contentSchema");

  private static final Set<String> OF_ANY_TYPE =
      Set.of("type", "const", "enum", "anyOf", "oneOf", "allOf", "$ref");

  private static final Map<String, Set<String>> OF_TYPE = ofType();

  private Keywords() {}

  private static Map<String, Set<String>> ofType() {
    Set<String> numbers =
        Set.of(
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format");
    Map<String, Set<String>> keywords = new LinkedHashMap<>();
    keywords.put("object", Set.of("properties", "required", "additionalProperties"));
    keywords.put(
        "array", Set.of("items", "prefixItems", "additionalItems", "minItems", "maxItems"));
    keywords.put("string", Set.of("minLength", "maxLength", "pattern", "format"));
    keywords.put("integer", numbers);
    keywords.put("number", numbers);
    keywords.put("boolean", Set.of());
    keywords.put("null", Set.of());
    return keywords;
  }

  /** Refuses keywords that cannot be enforced. */
  static void check(JsonNode schema, SchemaPath path) {
    for (String keyword : schema.propertyNames()) {
      boolean known =
          isAnnotation(keyword)
              || OF_ANY_TYPE.contains(keyword)
              || OF_TYPE.values().stream().anyMatch(some -> some.contains(keyword));
      if (!known) {
        throw new SchemaException(path.to(keyword), "cannot be enforced (expected: absent)");
      }
    }
  }

  /** Whether the keyword stands there with nothing but annotations. */
  static boolean isAlone(JsonNode schema, String keyword) {
    return schema.propertyNames().stream()
        .allMatch(name -> name.equals(keyword) || isAnnotation(name));
  }

  static boolean isAnnotation(String keyword) {
    return ANNOTATIONS.contains(keyword) || keyword.startsWith("x-");
  }

  /** Refuses all keywords but some, and annotations. */
  static void only(JsonNode schema, SchemaPath path, Set<String> some) {
    for (String keyword : schema.propertyNames()) {
      if (!some.contains(keyword) && !isAnnotation(keyword)) {
        throw new SchemaException(
            path.to(keyword),
            "cannot be enforced beside %s (expected: absent)".formatted(new TreeSet<>(some)));
      }
    }
  }

  /** The types that the schema names, or that its keywords are about; all of them if none. */
  static Set<String> types(JsonNode schema, SchemaPath path) {
    JsonNode type = schema.get("type");
    Set<String> types = new HashSet<>();
    if (type == null) {
      OF_TYPE.forEach(
          (name, keywords) -> {
            if (keywords.stream().anyMatch(keyword -> speaksOf(name, keyword, schema))) {
              types.add(name);
            }
          });
      return types.isEmpty() ? all() : only(types);
    }
    for (JsonNode name : type.isArray() ? type.valueStream().toList() : List.of(type)) {
      if (!name.isString() || !OF_TYPE.containsKey(name.stringValue())) {
        throw new SchemaException(
            path.to("type"), name + " (expected: one of " + OF_TYPE.keySet() + ")");
      }
      types.add(name.stringValue());
    }
    return only(types);
  }

  /** A format alone is one of strings. */
  private static boolean speaksOf(String type, String keyword, JsonNode schema) {
    return schema.has(keyword) && (!keyword.equals("format") || type.equals("string"));
  }

  /** Numbers include integers. */
  private static Set<String> only(Set<String> types) {
    if (types.contains("number")) {
      types.remove("integer");
    }
    return types;
  }

  private static Set<String> all() {
    Set<String> types = new HashSet<>(OF_TYPE.keySet());
    types.remove("integer");
    return types;
  }

  /** Refuses keywords that are about a type that no value has: most likely a mistake. */
  static void checkTypes(JsonNode schema, SchemaPath path, Set<String> types) {
    for (String keyword : schema.propertyNames()) {
      boolean fits =
          isAnnotation(keyword)
              || keyword.equals("type")
              || types.stream()
                  .anyMatch(type -> OF_TYPE.getOrDefault(type, Set.of()).contains(keyword));
      if (!fits) {
        throw new SchemaException(
            path.to(keyword),
            "is not for type %s (expected: absent)".formatted(new TreeSet<>(types)));
      }
    }
  }

  /** Whether a number was not too large to be read. */
  static boolean isFinite(JsonNode number) {
    return !(number.isDouble() || number.isFloat()) || Double.isFinite(number.doubleValue());
  }

  /** A whole number that is not negative. */
  static int count(JsonNode schema, SchemaPath path, String keyword, int otherwise) {
    JsonNode value = schema.get(keyword);
    if (value == null) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw new SchemaException(path.to(keyword), value + " (expected: a whole number, 0 or more)");
    }
    return value.intValue();
  }
}
