package io.tokenlane.engine.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Objects: the declared properties in their order, then any others that are allowed. */
final class ObjectSchema {
  private final SchemaReader reader;
  private final JsonNode schema;
  private final SchemaPath path;
  private final List<Property> properties = new ArrayList<>();
  private final @Nullable Expr additional;

  private record Property(String name, Expr values, boolean required) {}

  ObjectSchema(SchemaReader reader, JsonNode schema, SchemaPath path) {
    this.reader = reader;
    this.schema = schema;
    this.path = path;
    Set<String> required = required();
    Map<String, JsonNode> declared = declared();
    JsonNode more = schema.get("additionalProperties");
    boolean open = more == null ? declared.isEmpty() : !(more.isBoolean() && !more.booleanValue());
    additional = open ? additional(more) : null;
    declared.forEach(
        (name, values) ->
            properties.add(
                new Property(
                    name,
                    reader.values(values, path.to("properties").to(name)),
                    required.contains(name))));
    for (String name : required) {
      if (!declared.containsKey(name)) {
        properties.add(new Property(name, undeclared(name, more), true));
      }
    }
  }

  private Expr additional(@Nullable JsonNode more) {
    return more == null
        ? new Expr.Call(JsonText.VALUE)
        : reader.values(more, path.to("additionalProperties"));
  }

  private Expr undeclared(String name, @Nullable JsonNode more) {
    if (more != null && more.isBoolean() && !more.booleanValue()) {
      return SchemaReader.nothing(
          path.to("required"), name + " is none of properties, and no others are allowed");
    }
    return additional(more);
  }

  private Set<String> required() {
    JsonNode names = schema.get("required");
    Set<String> required = new TreeSet<>();
    if (names == null) {
      return required;
    }
    for (JsonNode name : names) {
      required.add(name.isString() ? name.stringValue() : "");
    }
    if (!names.isArray() || names.valueStream().anyMatch(name -> !name.isString())) {
      throw new SchemaException(path.to("required"), names + " (expected: an array of names)");
    }
    return required;
  }

  private Map<String, JsonNode> declared() {
    JsonNode declared = schema.get("properties");
    if (declared == null) {
      return Map.of();
    }
    if (!declared.isObject()) {
      throw new SchemaException(path.to("properties"), declared + " (expected: an object)");
    }
    Map<String, JsonNode> result = new LinkedHashMap<>();
    declared.properties().forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  Expr values() {
    Expr other = additional == null ? Expr.EMPTY : member(otherName(), additional);
    Expr afterNone = end(true, other);
    Expr afterSome = end(false, other);
    for (int i = properties.size() - 1; i >= 0; i--) {
      Property property = properties.get(i);
      Expr first = then(property, true, afterNone, afterSome);
      afterSome = then(property, false, afterSome, afterSome);
      afterNone = first;
    }
    return Expr.sequence(Expr.text("{"), JsonText.space(), afterNone);
  }

  private Expr then(Property property, boolean first, Expr without, Expr with) {
    Expr member = member(Expr.text(Literals.json(property.name)), property.values);
    Expr taken = Expr.sequence(first ? Expr.EMPTY : JsonText.comma(), member, with);
    Rule rule = new Rule(path.to("properties").to(property.name));
    rule.define(property.required ? taken : Expr.choice(taken, without));
    return new Expr.Call(rule);
  }

  private static Expr member(Expr name, Expr values) {
    return Expr.sequence(name, JsonText.colon(), values);
  }

  private Expr end(boolean first, Expr other) {
    Rule rule = new Rule(path.to("}"));
    Expr close = Expr.sequence(JsonText.space(), Expr.text("}"));
    rule.define(
        Expr.sequence(others(first, other), first && additional == null ? Expr.text("}") : close));
    return new Expr.Call(rule);
  }

  private Expr others(boolean first, Expr other) {
    if (additional == null) {
      return Expr.EMPTY;
    }
    Expr more = new Expr.Repeat(Expr.sequence(JsonText.comma(), other), 0, Expr.Repeat.UNBOUNDED);
    return first ? Expr.optional(Expr.sequence(other, more)) : more;
  }

  /**
   * A name that is none of the declared ones; without escapes, so that it cannot be in disguise.
   */
  private Expr otherName() {
    List<String> names =
        properties.stream()
            .map(Property::name)
            .filter(name -> Literals.json(name).length() == name.length() + 2)
            .toList();
    return JsonText.quoted(OtherNames.than(names, path));
  }
}
