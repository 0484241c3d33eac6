package io.tokenlane.engine.grammar;

import java.util.List;
import java.util.random.RandomGenerator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas of everything that can be enforced. */
final class RandomSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of("a", "ab", "abc", "name", "age", "na me", "é", "q\"x", "日本", "", "b/c", "~");
  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]{1,5}$",
          "^\\d{3}-\\d{4}$",
          "^(foo|bar)+$",
          "x",
          "^a.c",
          "[A-F0-9]{2}$",
          "^[^\"\\\\a-z]{0,4}$",
          "^\\w+(?:\\s\\w+){0,2}$",
          "^\\S*$",
          "^.{2,4}$",
          "^(a?b*)*c$",
          "^\\u00e9|\\x41$",
          "^[\\d.-]+?$",
          "^$",
          "^(?<year>\\d{4})$");
  private static final List<String> FORMATS =
      List.of(
          "date",
          "time",
          "date-time",
          "duration",
          "email",
          "hostname",
          "ipv4",
          "ipv6",
          "uuid",
          "uri");

  private final RandomGenerator random;

  RandomSchemas(RandomGenerator random) {
    this.random = random;
  }

  /** A schema with definitions, some of which refer to themselves. */
  ObjectNode next() {
    ObjectNode schema = object(3);
    ObjectNode definitions = schema.putObject("$defs");
    definitions.set("leaf", any(0));
    ObjectNode list = JSON.objectNode();
    list.put("type", "object");
    ObjectNode properties = list.putObject("properties");
    properties.set("value", reference("leaf"));
    ArrayNode next = properties.putObject("next").putArray("anyOf");
    next.add(reference("list")).addObject().put("type", "null");
    list.putArray("required").add("value").add("next");
    list.put("additionalProperties", false);
    definitions.set("list", list);
    return schema;
  }

  private ObjectNode any(int depth) {
    int kind = random.nextInt(depth > 0 ? 13 : 9);
    return switch (kind) {
      case 0, 1 -> string();
      case 2, 3 -> number();
      case 4 -> JSON.objectNode().put("type", "boolean");
      case 5 -> JSON.objectNode().put("type", "null");
      case 6 -> constants();
      case 7 -> typeList();
      case 8 -> JSON.objectNode().put("type", random.nextBoolean() ? "object" : "array");
      case 9 -> object(depth - 1);
      case 10 -> array(depth - 1);
      case 11 -> choice(depth - 1);
      default -> reference(random.nextBoolean() ? "leaf" : "list");
    };
  }

  private static ObjectNode reference(String name) {
    return JSON.objectNode().put("$ref", "#/$defs/" + name);
  }

  private ObjectNode string() {
    ObjectNode schema = JSON.objectNode().put("type", "string");
    switch (random.nextInt(4)) {
      case 0 -> schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
      case 1 -> schema.put("format", FORMATS.get(random.nextInt(FORMATS.size())));
      case 2 -> {
        int least = random.nextInt(5);
        schema.put("minLength", least).put("maxLength", least + random.nextInt(100));
      }
      default -> schema.put("description", "free");
    }
    return schema;
  }

  private ObjectNode number() {
    boolean integer = random.nextBoolean();
    ObjectNode schema = JSON.objectNode().put("type", integer ? "integer" : "number");
    double low = random.nextInt(-2000, 2000) / (random.nextBoolean() ? 1.0 : 8.0);
    double high = low + random.nextInt(4, 3000) / (random.nextBoolean() ? 1.0 : 2.0);
    switch (random.nextInt(5)) {
      case 0 -> schema.put("minimum", low).put("maximum", high);
      case 1 -> schema.put("exclusiveMinimum", low).put("exclusiveMaximum", high);
      case 2 -> schema.put(random.nextBoolean() ? "minimum" : "exclusiveMaximum", low);
      case 3 -> schema.put("multipleOf", random.nextInt(1, 20)).put("minimum", low);
      default -> schema.put("title", "free");
    }
    if (!integer && random.nextInt(6) == 0) {
      schema.put("multipleOf", 0.25 > random.nextDouble() ? 0.1 : 1);
    }
    return schema;
  }

  private ObjectNode constants() {
    ObjectNode schema = JSON.objectNode();
    ArrayNode values = schema.putArray("enum");
    values.add("red").add("redder").add("re\"d\n").add(7).add(1.5).addNull().add(true).add("日本");
    values.addObject().put("x", 1);
    if (random.nextBoolean()) {
      return JSON.objectNode().set("const", values.get(random.nextInt(values.size())));
    }
    return schema;
  }

  private ObjectNode typeList() {
    ObjectNode schema = JSON.objectNode();
    schema.putArray("type").add("string").add("integer").add("null");
    return random.nextBoolean() ? schema.put("maximum", 12).put("minLength", 2) : schema;
  }

  private ObjectNode object(int depth) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (int i = random.nextInt(6); i > 0; i--) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      properties.set(name, any(depth));
      if (random.nextBoolean()) {
        required.add(name);
      }
    }
    switch (random.nextInt(4)) {
      case 0 -> schema.set("additionalProperties", any(0));
      case 1 -> schema.put("additionalProperties", true);
      default -> schema.put("additionalProperties", false);
    }
    return schema;
  }

  private ObjectNode array(int depth) {
    ObjectNode schema = JSON.objectNode().put("type", "array");
    int least = random.nextInt(4);
    if (random.nextInt(4) == 0) {
      schema.putArray("prefixItems").add(any(depth)).add(any(0));
      schema.put("items", random.nextBoolean());
      return schema;
    }
    schema.set("items", any(depth));
    return random.nextBoolean()
        ? schema.put("minItems", least).put("maxItems", least + random.nextInt(4))
        : schema.put("minItems", least);
  }

  private ObjectNode choice(int depth) {
    ObjectNode schema = JSON.objectNode();
    if (random.nextInt(3) == 0) {
      ArrayNode options = schema.putArray("oneOf");
      options.addObject().put("type", "string").put("maxLength", 3);
      options.addObject().put("type", "array").set("items", any(depth));
      return schema;
    }
    if (random.nextInt(3) == 0) {
      ArrayNode parts = schema.putArray("allOf");
      parts.addObject().put("type", "integer").put("minimum", 3);
      parts.addObject().put("maximum", 90);
      return schema;
    }
    schema.putArray("anyOf").add(any(depth)).add(any(0)).add(any(0));
    return schema;
  }
}
