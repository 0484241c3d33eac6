package io.tokenlane.engine.chat;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Jinja's tests ({@code is ...}) by name. */
final class Tests {

  /** One test. */
  private interface Test {
    boolean apply(Object value, Arguments arguments, Scope scope);
  }

  private static final Map<String, Test> ALL = all();

  private Tests() {}

  static Object apply(String name, Object value, Arguments arguments, Scope scope) {
    Test test = ALL.get(name);
    if (test == null) {
      throw new TemplateException("no test named '" + name + "'");
    }
    return test.apply(value, arguments, scope);
  }

  private static Map<String, Test> all() {
    Map<String, Test> all = new HashMap<>();
    addKinds(all);
    addComparisons(all);
    all.put("odd", (value, a, scope) -> remainder(value, 2) == 1);
    all.put("even", (value, a, scope) -> remainder(value, 2) == 0);
    all.put(
        "divisibleby",
        (value, a, scope) ->
            remainder(value, Values.requireInteger(a.require(0, "num"), "divisibleby")) == 0);
    all.put("lower", (value, a, scope) -> TextMethods.isLower(walked(value, scope.budget())));
    all.put("upper", (value, a, scope) -> TextMethods.isUpper(walked(value, scope.budget())));
    return Map.copyOf(all);
  }

  private static void addKinds(Map<String, Test> all) {
    all.put("defined", (value, a, scope) -> !(value instanceof Undefined));
    all.put("undefined", (value, a, scope) -> value instanceof Undefined);
    all.put("none", (value, a, scope) -> value instanceof None);
    all.put("boolean", (value, a, scope) -> value instanceof Boolean);
    all.put("true", (value, a, scope) -> value.equals(true));
    all.put("false", (value, a, scope) -> value.equals(false));
    all.put("integer", (value, a, scope) -> isInteger(value));
    all.put("float", (value, a, scope) -> value instanceof Double);
    all.put("number", (value, a, scope) -> Numbers.isNumber(value) || isInteger(value));
    all.put("string", (value, a, scope) -> Values.isText(value));
    all.put("mapping", (value, a, scope) -> value instanceof Map);
    all.put("sequence", (value, a, scope) -> isSequence(value));
    all.put("iterable", (value, a, scope) -> Values.isIterable(value));
    all.put("callable", (value, a, scope) -> value instanceof Callable);
    all.put("escaped", (value, a, scope) -> value instanceof Markup);
  }

  private static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof BigInteger;
  }

  private static void addComparisons(Map<String, Test> all) {
    List<List<String>> operators =
        List.of(
            List.of("==", "eq", "equalto"),
            List.of("!=", "ne"),
            List.of("<", "lt", "lessthan"),
            List.of("<=", "le"),
            List.of(">", "gt", "greaterthan"),
            List.of(">=", "ge"),
            List.of("in"));
    for (List<String> names : operators) {
      Test test =
          (value, a, scope) ->
              Operators.compare(names.getFirst(), value, a.require(0, "other"), scope.budget());
      names.forEach(name -> all.put(name, test));
    }
    all.put("sameas", (value, a, scope) -> isSame(value, a.require(0, "other"), scope.budget()));
  }

  private static String walked(Object value, Budget budget) {
    String text = Values.print(value, budget);
    budget.elements(text.length());
    return text;
  }

  /** Python's {@code is}, told by value where only Python's own caching would tell apart. */
  @SuppressWarnings("ReferenceEquality") // is what is asked for
  private static boolean isSame(Object value, Object other, Budget budget) {
    boolean plain = Numbers.isNumber(value) || isInteger(value) || Values.isText(value);
    return plain
        ? value.getClass() == other.getClass() && Values.equal(value, other, budget)
        : value == other;
  }

  private static boolean isSequence(Object value) {
    return value instanceof List
        || value instanceof Tuple
        || value instanceof Map
        || value instanceof Undefined
        || Values.isText(value);
  }

  private static long remainder(Object value, long divisor) {
    if (divisor == 0) {
      throw new TemplateException("integer modulo by zero");
    }
    return Math.floorMod(Values.requireInteger(value, "test"), divisor);
  }
}
