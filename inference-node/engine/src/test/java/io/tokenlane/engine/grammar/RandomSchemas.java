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

  private static final double[] STEPS = {0.1, 1, 0.5, 0.25, 0.05, 1.2};

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

  private ObjectNode reference(String name) {
    ObjectNode schema = JSON.objectNode().put("$ref", "#/$defs/" + name);
    return random.nextBoolean()
        ? schema
        : name.equals("list")
            ? schema.put("description", "more").put("type", "object")
            : JSON.objectNode().put("$ref", "#/%24defs/leaf");
  }

  /** What no value satisfies. */
  private ObjectNode impossible() {
    return switch (random.nextInt(4)) {
      case 0 -> JSON.objectNode().put("type", "integer").put("minimum", 5).put("maximum", 4);
      case 1 -> JSON.objectNode().put("type", "array").put("minItems", 2).put("maxItems", 1);
      case 2 -> JSON.objectNode().put("type", "string").put("const", 7);
      default -> {
        ObjectNode schema = JSON.objectNode().put("type", "object");
        schema.putObject("properties").put("never", false);
        schema.putArray("required").add("never");
        yield schema;
      }
    };
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
      default -> schema.put("description", "free").put("maxLength", random.nextInt(3));
    }
    if (schema.has("format") && random.nextInt(3) == 0) {
      schema.put("minLength", 1).put("maxLength", 2083);
    }
    return schema;
  }

  private ObjectNode number() {
    boolean integer = random.nextBoolean();
    if (random.nextInt(8) == 0) {
      return JSON.objectNode()
          .put("type", integer ? "integer" : "number")
          .put("format", random.nextBoolean() ? "int32" : "double");
    }
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
    if (random.nextInt(6) == 0) {
      schema.put("multipleOf", STEPS[random.nextInt(integer ? 3 : STEPS.length)]);
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
      boolean never = !properties.has(name) && random.nextInt(12) == 0;
      properties.set(name, never ? impossible() : any(depth));
      if (!never && random.nextBoolean()) {
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

  /** A union as pydantic writes it: what tells its members apart has a default. */
  private ObjectNode tagged(int depth) {
    ObjectNode schema = JSON.objectNode();
    ArrayNode options = schema.putArray("oneOf");
    for (String kind : List.of("cat", "dog")) {
      ObjectNode option = options.addObject().put("type", "object");
      ObjectNode properties = option.putObject("properties");
      properties.putObject("kind").put("const", kind).put("default", kind);
      properties.set("value", any(depth));
    }
    options.addObject().put("type", "null");
    schema.putObject("discriminator").put("propertyName", "kind");
    return schema;
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
    if (random.nextInt(3) == 0) {
      return tagged(depth);
    }
    schema.putArray("anyOf").add(any(depth)).add(impossible()).add(any(0));
    return schema;
  }
}
