package io.tokenlane.engine.grammar;

import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Strings: by length, pattern or format. */
final class StringSchema {
  private StringSchema() {}

  static Expr values(JsonNode schema, String path) {
    JsonNode pattern = schema.get("pattern");
    JsonNode format = schema.get("format");
    if (pattern != null || format != null) {
      String keyword = pattern != null ? "pattern" : "format";
      refuseBeside(schema, path, keyword);
      return JsonText.quoted(
          pattern != null ? pattern(pattern, path + "/pattern") : format(format, path));
    }
    int least = Keywords.count(schema, path, "minLength", 0);
    int most = Keywords.count(schema, path, "maxLength", Expr.Repeat.UNBOUNDED);
    if (most < least) {
      throw new SchemaException(
          path + "/maxLength", most + " (expected: at least minLength, " + least + ")");
    }
    return least == 0 && most == Expr.Repeat.UNBOUNDED
        ? new Expr.Call(JsonText.STRING)
        : JsonText.string(least, most);
  }

  private static void refuseBeside(JsonNode schema, String path, String keyword) {
    for (String other : Set.of("pattern", "format", "minLength", "maxLength")) {
      if (!other.equals(keyword) && schema.has(other)) {
        throw new SchemaException(
            path + "/" + other, "cannot be enforced beside " + keyword + " (expected: absent)");
      }
    }
  }

  private static Expr pattern(JsonNode pattern, String path) {
    if (!pattern.isString()) {
      throw new SchemaException(path, pattern + " (expected: a regular expression)");
    }
    return new PatternReader(pattern.stringValue(), path).strings();
  }

  private static Expr format(JsonNode format, String path) {
    String pattern = Formats.pattern(format.asString(""));
    if (pattern == null) {
      throw new SchemaException(
          path + "/format", format + " (expected: one of " + Formats.known() + ")");
    }
    return new PatternReader(pattern, path + "/format").strings();
  }
}
