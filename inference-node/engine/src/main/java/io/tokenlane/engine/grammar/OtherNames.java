package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts that are none of some names, never escaped: a rule for each place in the names, that goes
 * on with the name or leaves it for good.
 */
final class OtherNames {
  private static final int MOST_CHARACTERS = 100_000;

  private final List<String> sorted;
  private final Deque<Place> pending = new ArrayDeque<>();
  private final Map<String, Expr> leaving = new HashMap<>();
  private final Expr anything;

  /** Names that are equal up to a place. */
  private record Place(Rule rule, int from, int to, int length) {}

  private OtherNames(List<String> names) {
    sorted = names.stream().sorted().distinct().toList();
    Rule rest = new Rule("rest of a name");
    rest.define(new Expr.Repeat(new Expr.Call(JsonText.PLAIN_CHARACTER), 0, Expr.Repeat.UNBOUNDED));
    anything = new Expr.Call(rest);
  }

  /**
   * Texts that are none of the names.
   *
   * @param path of the schema, for errors
   */
  static Expr than(List<String> names, SchemaPath path) {
    long characters = names.stream().mapToLong(String::length).sum();
    if (characters > MOST_CHARACTERS) {
      throw new SchemaException(
          path.to("properties"),
          "names of %d characters beside others (expected: at most %d)"
              .formatted(characters, MOST_CHARACTERS));
    }
    OtherNames others = new OtherNames(names);
    Expr whole = others.place(0, others.sorted.size(), 0);
    while (!others.pending.isEmpty()) {
      Place place = others.pending.pop();
      place.rule.define(others.options(place));
    }
    return whole;
  }

  private Expr place(int from, int to, int length) {
    Rule rule = new Rule("another name");
    pending.push(new Place(rule, from, to, length));
    return new Expr.Call(rule);
  }

  private Expr options(Place place) {
    List<Expr> options = new ArrayList<>();
    int from = place.from;
    if (from < place.to && sorted.get(from).length() == place.length) {
      from++;
    } else {
      options.add(Expr.EMPTY);
    }
    StringBuilder firsts = new StringBuilder();
    while (from < place.to) {
      int first = codePoint(from, place);
      int to = from + 1;
      while (to < place.to && codePoint(to, place) == first) {
        to++;
      }
      String character = Character.toString(first);
      Expr rest = place(from, to, place.length + character.length());
      options.add(Expr.sequence(Expr.text(character), rest));
      firsts.append(character);
      from = to;
    }
    options.add(leaving.computeIfAbsent(firsts.toString(), this::leave));
    return Expr.choice(options);
  }

  private Expr leave(String firsts) {
    Rule rule = new Rule("not in a name");
    rule.define(
        Expr.sequence(
            CodePoints.UNESCAPED.without(CodePoints.of(firsts)).inJsonString(), anything));
    return new Expr.Call(rule);
  }

  private int codePoint(int name, Place place) {
    return sorted.get(name).codePointAt(place.length);
  }
}
