package io.tokenlane.compress.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A value computed from variables. Equal ones, and no others, print alike. */
sealed interface Expression {
  @Nullable Object value(Scope scope);

  /** The names that it begins with. */
  Stream<String> roots();

  /** How many operations lie within each other; 0 for constants and variables. */
  int depth();

  /** What names stand for, and what computing may cost. */
  record Scope(Function<String, @Nullable Object> names, Work work) {}

  /** A constant. */
  record Constant(@Nullable Object constant) implements Expression {
    @Override
    public @Nullable Object value(Scope scope) {
      return constant;
    }

    @Override
    public Stream<String> roots() {
      return Stream.empty();
    }

    @Override
    public int depth() {
      return 0;
    }

    /** With its type and length: the text "1" is not the number, and ends where it ends. */
    @Override
    public String toString() {
      String text = String.valueOf(constant);
      String type = constant == null ? "" : constant.getClass().getSimpleName();
      return type + "[" + text.length() + ":" + text + "]";
    }
  }

  /** A variable. */
  record Name(String name) implements Expression {
    @Override
    public @Nullable Object value(Scope scope) {
      return scope.names().apply(name);
    }

    @Override
    public Stream<String> roots() {
      return Stream.of(name);
    }

    @Override
    public int depth() {
      return 0;
    }
  }

  /** A member of a mapping or an element of a list. */
  record Member(Expression of, Expression key) implements Expression {
    @Override
    public @Nullable Object value(Scope scope) {
      return Values.member(of.value(scope), key.value(scope));
    }

    @Override
    public Stream<String> roots() {
      return Stream.concat(of.roots(), key.roots());
    }

    @Override
    public int depth() {
      return 1 + Math.max(of.depth(), key.depth());
    }
  }

  /** {@code and}, {@code or}: the operand that decides, as in Python. */
  record Logic(boolean and, Expression left, Expression right) implements Expression {
    @Override
    public @Nullable Object value(Scope scope) {
      Object first = left.value(scope);
      return Values.isTrue(first) == and ? right.value(scope) : first;
    }

    @Override
    public Stream<String> roots() {
      return Stream.concat(left.roots(), right.roots());
    }

    @Override
    public int depth() {
      return 1 + Math.max(left.depth(), right.depth());
    }
  }

  /** An operator, a test or a filter by its name. */
  record Call(String operation, List<Expression> operands) implements Expression {
    @Override
    public @Nullable Object value(Scope scope) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Expression operand : operands) {
        Object value = operand.value(scope);
        scope.work().spend(Values.weight(value));
        values.add(value);
      }
      scope.work().spend(multiplied(values));
      Object result = apply(values);
      scope.work().spend(result instanceof String text ? text.length() : 1);
      return result;
    }

    @Override
    public Stream<String> roots() {
      return operands.stream().flatMap(Expression::roots);
    }

    @Override
    public int depth() {
      return 1 + operands.stream().mapToInt(Expression::depth).max().orElse(0);
    }

    /** The most characters that the result may have where it is no sum of the operands. */
    private long multiplied(List<@Nullable Object> values) {
      return switch (operation) {
        case "join" -> (long) Values.size(values.getFirst()) * Values.print(values.get(1)).length();
        case "replace" ->
            Values.places(Values.print(values.getFirst()), Values.print(values.get(1)))
                * Values.print(values.get(2)).length();
        default -> 0;
      };
    }

    private @Nullable Object apply(List<@Nullable Object> values) {
      Object first = values.getFirst();
      Object second = values.size() > 1 ? values.get(1) : null;
      return switch (operation) {
        case "not" -> !Values.isTrue(first);
        case "==" -> Values.same(first, second);
        case "!=" -> !Values.same(first, second);
        case "<" -> Values.compare(first, second) < 0;
        case "<=" -> Values.compare(first, second) <= 0;
        case ">" -> Values.compare(first, second) > 0;
        case ">=" -> Values.compare(first, second) >= 0;
        case "in" -> Values.contains(second, first);
        case "defined" -> first != null;
        case "none" -> Values.isNone(first);
        case "items" -> Values.items(first);
        case "~" -> Values.print(first) + Values.print(second);
        default -> filter(first, second, values);
      };
    }

    private @Nullable Object filter(
        @Nullable Object first, @Nullable Object second, List<@Nullable Object> values) {
      String text = Values.print(first);
      return switch (operation) {
        case "upper" -> text.toUpperCase(Locale.ROOT);
        case "lower" -> text.toLowerCase(Locale.ROOT);
        case "trim" -> text.strip();
        case "length", "count" -> (long) Values.size(first);
        case "default", "d" -> first == null ? second : first;
        case "join" -> String.join(Values.print(second), Values.printed(first));
        case "tojson" -> Values.json(first);
        case "replace" ->
            text.replace(Values.print(second), Values.print(Objects.requireNonNull(values.get(2))));
        case "first" -> Values.member(first, 0L);
        case "last" -> Values.member(first, Values.size(first) - 1L);
        default -> throw new IllegalStateException("operation: " + operation);
      };
    }
  }

  /** Filters and the number of their arguments. */
  Map<String, Integer> FILTERS =
      Map.ofEntries(
          Map.entry("upper", 0),
          Map.entry("lower", 0),
          Map.entry("trim", 0),
          Map.entry("length", 0),
          Map.entry("count", 0),
          Map.entry("default", 1),
          Map.entry("d", 1),
          Map.entry("join", 1),
          Map.entry("tojson", 0),
          Map.entry("replace", 2),
          Map.entry("first", 0),
          Map.entry("last", 0));
}
