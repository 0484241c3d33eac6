package io.tokenlane.engine.grammar;

import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Strings: by length, pattern or format; by both of the last where no value is too long or short.
 */
final class StringSchema {
  private StringSchema() {}

  static Expr values(JsonNode schema, SchemaPath path) {
    JsonNode pattern = schema.get("pattern");
    JsonNode format = schema.get("format");
    int least = Keywords.count(schema, path, "minLength", 0);
    int most = Keywords.count(schema, path, "maxLength", Expr.Repeat.UNBOUNDED);
    if (pattern != null) {
      refuseBeside(schema, path, "pattern", Set.of("format", "minLength", "maxLength"));
      return JsonText.quoted(pattern(pattern, path.to("pattern")));
    }
    if (format != null) {
      Expr content = format(format, path);
      if (!NestedRepeats.of(content).length().within(least, most)) {
        refuseBeside(schema, path, "format", Set.of("minLength", "maxLength"));
      }
      return JsonText.quoted(content);
    }
    if (most < least) {
      return SchemaReader.nothing(path.to("maxLength"), most + ", below minLength, " + least);
    }
    return least == 0 && most == Expr.Repeat.UNBOUNDED
        ? new Expr.Call(JsonText.STRING)
        : JsonText.string(least, most);
  }

  private static void refuseBeside(
      JsonNode schema, SchemaPath path, String keyword, Set<String> others) {
    for (String other : new TreeSet<>(others)) {
      if (schema.has(other)) {
        throw new SchemaException(
            path.to(other), "cannot be enforced beside " + keyword + " (expected: absent)");
      }
    }
  }

  private static Expr pattern(JsonNode pattern, SchemaPath path) {
    if (!pattern.isString()) {
      throw new SchemaException(path, pattern + " (expected: a regular expression)");
    }
    return new PatternReader(pattern.stringValue(), path).strings();
  }

  private static Expr format(JsonNode format, SchemaPath path) {
    String pattern = Formats.pattern(format.asString(""));
    if (pattern == null) {
      throw new SchemaException(
          path.to("format"), format + " (expected: one of " + Formats.known() + ")");
    }
    return new PatternReader(pattern, path.to("format")).strings();
  }
}
