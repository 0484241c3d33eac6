package io.tokenlane.compress.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A value computed from variables. */
sealed interface Expression {
  @Nullable Object value(Function<String, @Nullable Object> names);

  /** The names that it begins with. */
  Stream<String> roots();

  /** A constant. */
  record Constant(@Nullable Object constant) implements Expression {
    @Override
    public @Nullable Object value(Function<String, @Nullable Object> names) {
      return constant;
    }

    @Override
    public Stream<String> roots() {
      return Stream.empty();
    }
  }

  /** A variable. */
  record Name(String name) implements Expression {
    @Override
    public @Nullable Object value(Function<String, @Nullable Object> names) {
      return names.apply(name);
    }

    @Override
    public Stream<String> roots() {
      return Stream.of(name);
    }
  }

  /** A member of a mapping or an element of a list. */
  record Member(Expression of, Expression key) implements Expression {
    @Override
    public @Nullable Object value(Function<String, @Nullable Object> names) {
      return Values.member(of.value(names), key.value(names));
    }

    @Override
    public Stream<String> roots() {
      return Stream.concat(of.roots(), key.roots());
    }
  }

  /** {@code and}, {@code or}: the operand that decides, as in Python. */
  record Logic(boolean and, Expression left, Expression right) implements Expression {
    @Override
    public @Nullable Object value(Function<String, @Nullable Object> names) {
      Object first = left.value(names);
      return Values.isTrue(first) == and ? right.value(names) : first;
    }

    @Override
    public Stream<String> roots() {
      return Stream.concat(left.roots(), right.roots());
    }
  }

  /** An operator, a test or a filter by its name. */
  record Call(String operation, List<Expression> operands) implements Expression {
    @Override
    public @Nullable Object value(Function<String, @Nullable Object> names) {
      List<@Nullable Object> values = new ArrayList<>();
      operands.forEach(operand -> values.add(operand.value(names)));
      return apply(values);
    }

    @Override
    public Stream<String> roots() {
      return operands.stream().flatMap(Expression::roots);
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
