package io.tokenlane.engine.grammar;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Reads one schema; each place in it becomes a rule, so that references may go anywhere. */
final class SchemaReader {
  private static final int MOST_PLACES = 20_000;
  private static final int MOST_REFERENCES = 64;
  private static final int MOST_DEPTH = 400;
  private static final int MOST_PARTS = 10_000;

  private final JsonNode root;
  private final Map<Object, Rule> rules = new HashMap<>();
  private int depth;

  /** Tells a schema that stands nowhere as it is, as what holds beside it was added. */
  private record Changed(JsonNode schema) {}

  SchemaReader(JsonNode root) {
    this.root = root;
  }

  /** A place that no value fits; it is only told where the rest of the schema needs one there. */
  static Expr nothing(String path, String why) {
    return Expr.nothing(path.isEmpty() ? why : path + ": " + why);
  }

  Expr whole() {
    return values(root, "");
  }

  /**
   * The values of the schema at a place.
   *
   * @param path the place as a JSON pointer
   */
  Expr values(JsonNode schema, String path) {
    return values(schema, path, path);
  }

  /**
   * @param key what tells the schema from others
   */
  private Expr values(JsonNode schema, Object key, String path) {
    Rule rule = rules.get(key);
    if (rule == null) {
      if (rules.size() >= MOST_PLACES) {
        throw new SchemaException(path, "over " + MOST_PLACES + " schemas (expected: fewer)");
      }
      rule = new Rule(path);
      rules.put(key, rule);
      rule.define(read(schema, path));
    }
    return new Expr.Call(rule);
  }

  private Expr read(JsonNode schema, String path) {
    if (++depth > MOST_DEPTH) {
      throw new SchemaException(
          path, "over %d schemas deep (expected: fewer)".formatted(MOST_DEPTH));
    }
    Expr expression = expression(schema, path);
    depth--;
    return expression;
  }

  private Expr expression(JsonNode schema, String path) {
    if (schema.isBoolean()) {
      return schema.booleanValue() ? new Expr.Call(JsonText.VALUE) : nothing(path, "false");
    }
    if (!schema.isObject()) {
      throw new SchemaException(path, schema + " (expected: an object or a boolean)");
    }
    Keywords.check(schema, path);
    if (schema.has("$ref")) {
      return reference(schema, path);
    }
    if (schema.has("allOf")) {
      return read(merged(schema, path), path);
    }
    for (String choice : List.of("anyOf", "oneOf")) {
      if (schema.has(choice)) {
        return choice(schema, path, choice);
      }
    }
    if (schema.has("const") || schema.has("enum")) {
      return Literals.values(schema, path);
    }
    return typed(schema, path);
  }

  /** What stands beside a reference holds too. */
  private Expr reference(JsonNode schema, String path) {
    if (!Keywords.isAlone(schema, "$ref")) {
      SchemaMerge merge = new SchemaMerge(path + "/$ref", schema, "$ref");
      merge.add(resolved(schema, path));
      return values(merge.result(), new Changed(schema), path);
    }
    JsonNode target = target(schema, path);
    return values(target, pointer(schema.get("$ref").stringValue()));
  }

  /** A fragment of a URI (RFC 6901, section 6) as the pointer it is. */
  private static String pointer(String reference) {
    try {
      return URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return reference.substring(1);
    }
  }

  private JsonNode target(JsonNode schema, String path) {
    JsonNode reference = schema.get("$ref");
    String text = reference.isString() ? reference.stringValue() : "";
    if (!text.equals("#") && !text.startsWith("#/")) {
      throw new SchemaException(
          path + "/$ref", reference + " (expected: #, or #/… to a place in this schema)");
    }
    JsonNode target = root.at(pointer(text));
    if (target.isMissingNode()) {
      throw new SchemaException(path + "/$ref", reference + " (expected: a place that is there)");
    }
    return target;
  }

  /** The schema itself, or what it refers to. */
  JsonNode resolved(JsonNode schema, String path) {
    JsonNode at = schema;
    for (int i = 0; at.has("$ref"); i++) {
      if (i > MOST_REFERENCES) {
        throw new SchemaException(path + "/$ref", "refers to itself (expected: a schema)");
      }
      at = target(at, path);
      if (at.has("$ref") && !Keywords.isAlone(at, "$ref")) {
        throw new SchemaException(
            path + "/$ref", "leads to another with keywords beside it (expected: none there)");
      }
    }
    return at;
  }

  private JsonNode merged(JsonNode schema, String path) {
    JsonNode parts = parts(schema, path, "allOf");
    SchemaMerge merge = new SchemaMerge(path + "/allOf", schema, "allOf");
    if (parts.size() > MOST_PARTS) {
      throw new SchemaException(
          path + "/allOf", "%d schemas (expected: at most %d)".formatted(parts.size(), MOST_PARTS));
    }
    for (int i = 0; i < parts.size(); i++) {
      String place = path + "/allOf/" + i;
      merge.add(resolved(parts.get(i), place));
    }
    return merge.result();
  }

  private Expr choice(JsonNode schema, String path, String keyword) {
    JsonNode parts = parts(schema, path, keyword);
    boolean alone = Keywords.isAlone(schema, keyword);
    List<JsonNode> branches = new ArrayList<>();
    List<Expr> options = new ArrayList<>();
    String tag = keyword.equals("oneOf") ? Disjoint.tag(allResolved(parts, path)) : null;
    for (int i = 0; i < parts.size(); i++) {
      String place = path + "/" + keyword + "/" + i;
      JsonNode own = parts.get(i);
      JsonNode branch = tag == null ? own : Disjoint.withTag(resolved(own, place), tag);
      if (!alone) {
        SchemaMerge merge = new SchemaMerge(path + "/" + keyword, schema, keyword);
        merge.add(resolved(branch, place));
        branch = merge.result();
      }
      branches.add(resolved(branch, place));
      options.add(values(branch, branch.equals(own) ? place : new Changed(branch), place));
    }
    if (keyword.equals("oneOf")) {
      Disjoint.check(branches, path);
    }
    return Expr.choice(options);
  }

  private List<JsonNode> allResolved(JsonNode parts, String path) {
    return parts.valueStream().map(part -> resolved(part, path)).toList();
  }

  private static JsonNode parts(JsonNode schema, String path, String keyword) {
    JsonNode parts = schema.get(keyword);
    if (!parts.isArray() || parts.isEmpty()) {
      throw new SchemaException(
          path + "/" + keyword, parts + " (expected: an array of at least one schema)");
    }
    return parts;
  }

  private Expr typed(JsonNode schema, String path) {
    Set<String> types = Keywords.types(schema, path);
    Keywords.checkTypes(schema, path, types);
    List<Expr> options = new ArrayList<>();
    for (String type : new TreeSet<>(types)) {
      options.add(ofType(type, schema, path));
    }
    return Expr.choice(options);
  }

  private Expr ofType(String type, JsonNode schema, String path) {
    return switch (type) {
      case "object" -> new ObjectSchema(this, schema, path).values();
      case "array" -> new ArraySchema(this, schema, path).values();
      case "string" -> StringSchema.values(schema, path);
      case "number", "integer" -> NumberSchema.values(type, schema, path);
      case "boolean" -> JsonText.BOOLEAN;
      default -> JsonText.NULL;
    };
  }
}
