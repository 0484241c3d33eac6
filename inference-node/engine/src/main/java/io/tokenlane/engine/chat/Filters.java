package io.tokenlane.engine.chat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Jinja's filters by name. */
final class Filters {

  /** One filter. */
  interface Filter {
    Object apply(Object value, Arguments arguments, Scope scope);
  }

  /** More decimal places than a number has, before and behind its point. */
  private static final int MOST_PLACES = 400;

  /** Reads each digit once, however many there are. */
  private static final Pattern REAL =
      Pattern.compile("[-+]?(\\d++(_\\d++)*+\\.?+\\d*+|\\.\\d++)([eE][-+]?\\d++)?");

  private static final Map<String, Filter> ALL = all();

  private Filters() {}

  private static Map<String, Filter> all() {
    Map<String, Filter> all = new HashMap<>();
    TextFilters.addTo(all);
    SequenceFilters.addTo(all);
    all.put("abs", (value, arguments, scope) -> abs(value));
    all.put("default", (value, arguments, scope) -> orDefault(value, arguments));
    all.put("float", (value, arguments, scope) -> toReal(value, arguments, scope.budget()));
    all.put("int", (value, arguments, scope) -> toInteger(value, arguments, scope.budget()));
    all.put("round", (value, arguments, scope) -> round(value, arguments, scope.budget()));
    all.put(
        "attr",
        (value, arguments, scope) ->
            Attributes.attribute(
                value, Values.requireText(arguments.require(0, "name"), "attr"), scope.budget()));
    all.put("tojson", (value, arguments, scope) -> tojson(value, arguments, scope.budget()));
    all.put("d", all.get("default"));
    all.put("count", all.get("length"));
    all.put("e", all.get("escape"));
    return Map.copyOf(all);
  }

  static Object apply(String name, Object value, Arguments arguments, Scope scope) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new TemplateException("no filter named '" + name + "'");
    }
    return filter.apply(value, arguments, scope);
  }

  private static Object abs(Object value) {
    return switch (Numbers.requireNumber(value, "abs")) {
      case Double d -> Math.abs(d);
      case Object integer -> (Long) integer < 0 ? Numbers.negate(integer) : integer;
    };
  }

  private static Object orDefault(Object value, Arguments arguments) {
    arguments.atMost("default", 2, Set.of("default_value", "boolean"));
    boolean orFalse = Values.truth(arguments.get(1, "boolean", false));
    boolean absent = value instanceof Undefined || (orFalse && !Values.truth(value));
    return absent ? arguments.get(0, "default_value", "") : value;
  }

  private static Object toReal(Object value, Arguments arguments, Budget budget) {
    Object otherwise = arguments.get(0, "default", 0.0);
    if (Numbers.isNumber(value)) {
      return Numbers.real(value);
    }
    return Values.isText(value) ? parseReal(Values.text(value), otherwise, budget) : otherwise;
  }

  private static Object parseReal(String text, Object otherwise, Budget budget) {
    budget.elements(text.length());
    String digits = PythonText.strip(text);
    if (!REAL.matcher(digits).matches()) {
      return otherwise;
    }
    return Double.valueOf(digits.replace("_", ""));
  }

  private static Object toInteger(Object value, Arguments arguments, Budget budget) {
    Object otherwise = arguments.get(0, "default", 0L);
    long base = Values.requireInteger(arguments.get(1, "base", 10L), "base");
    if (value instanceof Double d) {
      return d.isNaN() || d.isInfinite() ? otherwise : (Object) (long) (double) d;
    } else if (Numbers.isNumber(value)) {
      return Values.requireInteger(value, "int");
    }
    return Values.isText(value)
        ? parseInteger(Values.text(value), base, otherwise, budget)
        : otherwise;
  }

  private static Object parseInteger(String text, long base, Object otherwise, Budget budget) {
    budget.elements(text.length());
    String digits = PythonText.strip(text).replace("_", "");
    try {
      String plain = base == 16 ? digits.replaceFirst("(?i)^([-+]?)0x", "$1") : digits;
      return Long.valueOf(plain, (int) base);
    } catch (NumberFormatException e) {
      return parseReal(text, otherwise, budget) instanceof Double d
          ? (Object) (long) (double) d
          : otherwise;
    }
  }

  private static Object round(Object value, Arguments arguments, Budget budget) {
    Object number = Numbers.requireNumber(value, "round");
    long wanted = Values.requireInteger(arguments.get(0, "precision", 0L), "precision");
    int precision = Math.clamp(wanted, -MOST_PLACES, MOST_PLACES);
    double scale = Math.pow(10, precision);
    return switch (Values.print(arguments.get(1, "method", "common"), budget)) {
      case "common" -> Numbers.round(number, precision);
      case "ceil" -> Math.ceil(Numbers.real(number) * scale) / scale;
      case "floor" -> Math.floor(Numbers.real(number) * scale) / scale;
      default -> throw new TemplateException("method must be common, ceil or floor");
    };
  }

  private static Object tojson(Object value, Arguments arguments, Budget budget) {
    List<String> names = List.of("ensure_ascii", "indent", "separators", "sort_keys");
    arguments.atMost("tojson", names.size(), Set.copyOf(names));
    return Json.write(
        value,
        new Json.Style(
            Values.truth(arguments.get(0, names.get(0), false)),
            arguments.get(1, names.get(1), None.NONE),
            arguments.get(2, names.get(2), None.NONE),
            Values.truth(arguments.get(3, names.get(3), false))),
        budget);
  }
}
