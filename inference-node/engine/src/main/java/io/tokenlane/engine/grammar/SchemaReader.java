package io.tokenlane.engine.grammar;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
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
  private final NodeBudget budget;

  /** By what stands in the schema, each place of which is an object of its own. */
  private final IdentityHashMap<JsonNode, Rule> rules = new IdentityHashMap<>();

  private int places;
  private int depth;

  SchemaReader(JsonNode root, NodeBudget budget) {
    this.root = root;
    this.budget = budget;
  }

  /** A place that no value fits; it is only told where the rest of the schema needs one there. */
  static Expr nothing(SchemaPath path, String why) {
    return Expr.nothing(
        () -> {
          String place = path.toString();
          return place.isEmpty() ? why : place + ": " + why;
        });
  }

  Expr whole() {
    return values(root, SchemaPath.ROOT);
  }

  /**
   * The values of a schema that stands at a place as it is.
   *
   * @param path the place
   */
  Expr values(JsonNode schema, SchemaPath path) {
    // There is one node for all schemas that are true, and one for those that are false.
    if (schema.isBoolean()) {
      return expression(schema, path);
    }
    Rule rule = rules.get(schema);
    if (rule == null) {
      rule = rule(path);
      rules.put(schema, rule);
      define(rule, schema, path);
    }
    return new Expr.Call(rule);
  }

  /** The values of a schema to which what holds beside it was added, so that it stands nowhere. */
  private Expr changed(JsonNode schema, SchemaPath path) {
    Rule rule = rule(path);
    define(rule, schema, path);
    return new Expr.Call(rule);
  }

  private void define(Rule rule, JsonNode schema, SchemaPath path) {
    rule.define(read(schema, path));
    budget.take(new Expr.Call(rule));
  }

  private Rule rule(SchemaPath path) {
    if (++places > MOST_PLACES) {
      throw new SchemaException(path, "over " + MOST_PLACES + " schemas (expected: fewer)");
    }
    return new Rule(path);
  }

  private Expr read(JsonNode schema, SchemaPath path) {
    if (++depth > MOST_DEPTH) {
      throw new SchemaException(
          path, "over %d schemas deep (expected: fewer)".formatted(MOST_DEPTH));
    }
    Expr expression = expression(schema, path);
    depth--;
    return expression;
  }

  private Expr expression(JsonNode schema, SchemaPath path) {
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
  private Expr reference(JsonNode schema, SchemaPath path) {
    if (!Keywords.isAlone(schema, "$ref")) {
      SchemaMerge merge = new SchemaMerge(path.to("$ref"), schema, "$ref");
      merge.add(resolved(schema, path));
      return changed(merge.result(), path);
    }
    JsonNode target = target(schema, path);
    return values(target, SchemaPath.of(pointer(schema.get("$ref").stringValue())));
  }

  /** A fragment of a URI (RFC 6901, section 6) as the pointer it is. */
  private static String pointer(String reference) {
    try {
      return URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return reference.substring(1);
    }
  }

  private JsonNode target(JsonNode schema, SchemaPath path) {
    JsonNode reference = schema.get("$ref");
    String text = reference.isString() ? reference.stringValue() : "";
    if (!text.equals("#") && !text.startsWith("#/")) {
      throw new SchemaException(
          path.to("$ref"), reference + " (expected: #, or #/… to a place in this schema)");
    }
    JsonNode target = root.at(pointer(text));
    if (target.isMissingNode()) {
      throw new SchemaException(path.to("$ref"), reference + " (expected: a place that is there)");
    }
    return target;
  }

  /** The schema itself, or what it refers to. */
  JsonNode resolved(JsonNode schema, SchemaPath path) {
    JsonNode at = schema;
    for (int i = 0; at.has("$ref"); i++) {
      if (i > MOST_REFERENCES) {
        throw new SchemaException(path.to("$ref"), "refers to itself (expected: a schema)");
      }
      at = target(at, path);
      if (at.has("$ref") && !Keywords.isAlone(at, "$ref")) {
        throw new SchemaException(
            path.to("$ref"), "leads to another with keywords beside it (expected: none there)");
      }
    }
    return at;
  }

  private JsonNode merged(JsonNode schema, SchemaPath path) {
    JsonNode parts = parts(schema, path, "allOf");
    SchemaMerge merge = new SchemaMerge(path.to("allOf"), schema, "allOf");
    if (parts.size() > MOST_PARTS) {
      throw new SchemaException(
          path.to("allOf"),
          "%d schemas (expected: at most %d)".formatted(parts.size(), MOST_PARTS));
    }
    for (int i = 0; i < parts.size(); i++) {
      merge.add(resolved(parts.get(i), path.to("allOf").to(i)));
    }
    return merge.result();
  }

  private Expr choice(JsonNode schema, SchemaPath path, String keyword) {
    JsonNode parts = parts(schema, path, keyword);
    boolean alone = Keywords.isAlone(schema, keyword);
    List<JsonNode> branches = new ArrayList<>();
    List<Expr> options = new ArrayList<>();
    String tag = keyword.equals("oneOf") ? OneOfTag.of(allResolved(parts, path)) : null;
    for (int i = 0; i < parts.size(); i++) {
      SchemaPath place = path.to(keyword).to(i);
      JsonNode own = parts.get(i);
      JsonNode branch = resolved(own, place);
      boolean asItStands = alone;
      if (tag != null && OneOfTag.lacks(branch, tag)) {
        branch = OneOfTag.added(branch, tag);
        asItStands = false;
      }
      if (!alone) {
        SchemaMerge merge = new SchemaMerge(path.to(keyword), schema, keyword);
        merge.add(branch);
        branch = merge.result();
      }
      branches.add(resolved(branch, place));
      options.add(asItStands ? values(own, place) : changed(branch, place));
    }
    if (keyword.equals("oneOf")) {
      Disjoint.check(branches, path);
    }
    return Expr.choice(options);
  }

  private List<JsonNode> allResolved(JsonNode parts, SchemaPath path) {
    return parts.valueStream().map(part -> resolved(part, path)).toList();
  }

  private static JsonNode parts(JsonNode schema, SchemaPath path, String keyword) {
    JsonNode parts = schema.get(keyword);
    if (!parts.isArray() || parts.isEmpty()) {
      throw new SchemaException(
          path.to(keyword), parts + " (expected: an array of at least one schema)");
    }
    return parts;
  }

  private Expr typed(JsonNode schema, SchemaPath path) {
    Set<String> types = Keywords.types(schema, path);
    Keywords.checkTypes(schema, path, types);
    List<Expr> options = new ArrayList<>();
    for (String type : new TreeSet<>(types)) {
      options.add(ofType(type, schema, path));
    }
    return Expr.choice(options);
  }

  private Expr ofType(String type, JsonNode schema, SchemaPath path) {
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
