package io.tokenlane.engine.grammar;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Arrays: what their first places must hold, then items, within the bounds of their number. */
final class ArraySchema {
  private final SchemaReader reader;
  private final JsonNode schema;
  private final SchemaPath path;

  ArraySchema(SchemaReader reader, JsonNode schema, SchemaPath path) {
    this.reader = reader;
    this.schema = schema;
    this.path = path;
  }

  Expr values() {
    int least = Keywords.count(schema, path, "minItems", 0);
    int most = Keywords.count(schema, path, "maxItems", Expr.Repeat.UNBOUNDED);
    if (most < least) {
      return SchemaReader.nothing(path.to("maxItems"), most + ", below minItems, " + least);
    }
    List<Expr> first = first(most);
    Expr content = first.isEmpty() ? items(least, most) : tuple(first, least - first.size(), most);
    return Expr.sequence(Expr.text("["), JsonText.space(), content, Expr.text("]"));
  }

  private List<Expr> first(int most) {
    JsonNode places = schema.get(places());
    List<Expr> first = new ArrayList<>();
    if (places == null) {
      return first;
    }
    if (!places.isArray()) {
      throw new SchemaException(path.to("prefixItems"), places + " (expected: an array)");
    }
    for (int i = 0; i < Math.min(most, places.size()); i++) {
      first.add(reader.values(places.get(i), path.to(places()).to(i)));
    }
    return first;
  }

  /** Up to draft 2019-09 an array under {@code items} is what {@code prefixItems} became. */
  private boolean isOld() {
    return schema.path("items").isArray();
  }

  private String places() {
    return isOld() ? "items" : "prefixItems";
  }

  private String rest() {
    return isOld() ? "additionalItems" : "items";
  }

  private Expr item() {
    JsonNode items = schema.get(rest());
    return items == null ? new Expr.Call(JsonText.VALUE) : reader.values(items, path.to(rest()));
  }

  private Expr items(int least, int most) {
    if (most == 0) {
      return Expr.EMPTY;
    }
    Expr some =
        Expr.sequence(item(), more(Math.max(0, least - 1), less(most, 1)), JsonText.space());
    return least == 0 ? Expr.optional(some) : some;
  }

  private Expr tuple(List<Expr> first, int least, int most) {
    List<Expr> parts = new ArrayList<>();
    for (Expr values : first) {
      parts.add(parts.isEmpty() ? values : Expr.sequence(JsonText.comma(), values));
    }
    if (schema.has(rest()) || least > 0) {
      parts.add(more(Math.max(0, least), less(most, first.size())));
    }
    parts.add(JsonText.space());
    return Expr.sequence(parts.toArray(Expr[]::new));
  }

  private Expr more(int least, int most) {
    return new Expr.Repeat(Expr.sequence(JsonText.comma(), item()), least, most);
  }

  private static int less(int most, int count) {
    return most == Expr.Repeat.UNBOUNDED ? most : most - count;
  }
}
