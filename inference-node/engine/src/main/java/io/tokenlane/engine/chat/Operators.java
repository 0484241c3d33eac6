package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.List;

/** Python's binary operators. */
final class Operators {
  private Operators() {}

  /** One of {@code + - * / // % **}. */
  static Object apply(String operator, Object left, Object right, Scope scope) {
    refuseUndefined(left);
    if (operator.equals("%") && Values.isText(left)) {
      return PercentFormat.format(Values.text(left), right, scope);
    }
    refuseUndefined(right);
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.apply(operator, left, right);
    }
    return switch (operator) {
      case "+" -> add(left, right, scope.budget());
      case "*" -> repeat(left, right, scope.budget());
      default -> throw unsupported(operator, left, right);
    };
  }

  private static Object add(Object left, Object right, Budget budget) {
    if (Values.isText(left) && Values.isText(right)) {
      budget.allocate((long) Values.text(left).length() + Values.text(right).length());
      return left instanceof Markup || right instanceof Markup
          ? new Markup(Markup.escaped(left, budget) + Markup.escaped(right, budget))
          : Values.text(left) + Values.text(right);
    } else if (left instanceof List<?> a && right instanceof List<?> b) {
      return joined(Values.objects(a), Values.objects(b), budget);
    } else if (left instanceof Tuple a && right instanceof Tuple b) {
      return new Tuple(joined(a.items(), b.items(), budget));
    } else if (Values.isText(left)) {
      throw new TemplateException(
          "can only concatenate str (not \"" + Values.typeName(right) + "\") to str");
    }
    throw unsupported("+", left, right);
  }

  private static List<Object> joined(List<Object> left, List<Object> right, Budget budget) {
    budget.allocate((long) left.size() + right.size());
    List<Object> joined = new ArrayList<>(left);
    joined.addAll(right);
    return joined;
  }

  private static Object repeat(Object left, Object right, Budget budget) {
    boolean swapped = Numbers.isNumber(left);
    Object value = swapped ? right : left;
    Object count = swapped ? left : right;
    if (!(count instanceof Long || count instanceof Boolean)) {
      throw unsupported("*", left, right);
    }
    long times = Math.clamp(Values.requireInteger(count, "*"), 0, Integer.MAX_VALUE);
    Integer length = Values.length(value, budget);
    if (length == null || value instanceof View || value instanceof java.util.Map) {
      throw unsupported("*", left, right);
    }
    budget.allocate(2 * times * length);
    return switch (value) {
      case List<?> list -> copies(Values.objects(list), (int) times);
      case Tuple tuple -> new Tuple(copies(tuple.items(), (int) times));
      default -> Values.text(value).repeat((int) times);
    };
  }

  private static List<Object> copies(List<Object> items, int times) {
    List<Object> copies = new ArrayList<>();
    for (int i = 0; i < times && !items.isEmpty(); i++) {
      copies.addAll(items);
    }
    return copies;
  }

  /** One of {@code == != < <= > >= in}, {@code not in}. */
  static boolean compare(String operator, Object left, Object right, Budget budget) {
    return switch (operator) {
      case "==" -> Values.equal(left, right, budget);
      case "!=" -> !Values.equal(left, right, budget);
      case "in" -> Values.contains(right, left, budget);
      case "not in" -> !Values.contains(right, left, budget);
      default -> ordered(operator, left, right, budget);
    };
  }

  private static boolean ordered(String operator, Object left, Object right, Budget budget) {
    refuseUndefined(left);
    refuseUndefined(right);
    if (isNaN(left) || isNaN(right)) {
      return false;
    }
    int order = Values.compare(left, right, budget);
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static boolean isNaN(Object value) {
    return value instanceof Double d && d.isNaN();
  }

  private static void refuseUndefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.refuse();
    }
  }

  private static TemplateException unsupported(String operator, Object left, Object right) {
    return new TemplateException(
        "unsupported operand types for %s: '%s' and '%s'"
            .formatted(operator, Values.typeName(left), Values.typeName(right)));
  }
}
