package io.tokenlane.compress.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads expressions of a template by recursive descent, the loosest operator first. */
final class ExpressionParser {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*+(?:(\"(?:[^\"\\\\]|\\\\.)*+\"|'(?:[^'\\\\]|\\\\.)*+')|(\\d++(?:\\.\\d++)?)"
              + "|([A-Za-z_]\\w*+)|(==|!=|<=|>=|[<>.,()\\[\\]|~]))");

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=", "in");
  private static final Map<String, Object> CONSTANTS =
      Map.of(
          "true",
          true,
          "True",
          true,
          "false",
          false,
          "False",
          false,
          "none",
          Values.NONE,
          "None",
          Values.NONE);

  /** Whole numbers of so many digits fit into a long. */
  private static final int MOST_DIGITS = 18;

  private final String source;
  private final List<String> tokens = new ArrayList<>();
  private int at;
  private int nested;

  private ExpressionParser(String source) {
    this.source = source;
    Matcher matcher = TOKEN.matcher(source);
    int end = 0;
    while (end < source.length() && matcher.find(end) && matcher.start() == end) {
      tokens.add(matcher.group().strip());
      end = matcher.end();
    }
    if (!source.substring(end).isBlank()) {
      throw wrong("nothing after " + source.substring(0, end));
    }
  }

  /**
   * @throws IllegalArgumentException if the source is no expression of the subset
   */
  static Expression parse(String source) {
    ExpressionParser parser = new ExpressionParser(source);
    Expression expression = parser.inner();
    if (parser.at < parser.tokens.size()) {
      throw parser.wrong("an operator");
    }
    return parser.shallow(expression);
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(
        "template: " + source.strip() + " (expected: " + expected + ")");
  }

  private @Nullable String peek() {
    return at < tokens.size() ? tokens.get(at) : null;
  }

  private boolean take(String token) {
    boolean there = token.equals(peek());
    at += there ? 1 : 0;
    return there;
  }

  private String next(String expected) {
    String token = peek();
    if (token == null) {
      throw wrong(expected);
    }
    at++;
    return token;
  }

  /** What stands within brackets, or within no others. */
  private Expression inner() {
    nest();
    Expression inner = or();
    nested--;
    return inner;
  }

  private void nest() {
    if (++nested > Template.MOST_NESTED) {
      throw tooDeep();
    }
  }

  private Expression shallow(Expression expression) {
    if (expression.depth() > Template.MOST_NESTED) {
      throw tooDeep();
    }
    return expression;
  }

  private IllegalArgumentException tooDeep() {
    return wrong("at most " + Template.MOST_NESTED + " operations within each other");
  }

  private Expression or() {
    Expression left = and();
    while (take("or")) {
      left = shallow(new Expression.Logic(false, left, and()));
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (take("and")) {
      left = shallow(new Expression.Logic(true, left, not()));
    }
    return left;
  }

  private Expression not() {
    if (!take("not")) {
      return comparison();
    }
    nest();
    Expression negated = negated(not());
    nested--;
    return negated;
  }

  private static Expression negated(Expression expression) {
    return new Expression.Call("not", List.of(expression));
  }

  private Expression comparison() {
    Expression left = joined();
    String operator = peek();
    if (operator != null && COMPARISONS.contains(operator)) {
      at++;
      return new Expression.Call(operator, List.of(left, joined()));
    }
    if (take("not")) {
      if (!take("in")) {
        throw wrong("in after not");
      }
      return negated(new Expression.Call("in", List.of(left, joined())));
    }
    return take("is") ? test(left) : left;
  }

  private Expression test(Expression value) {
    boolean not = take("not");
    String test = next("defined, undefined or none after is");
    Expression result =
        switch (test) {
          case "defined" -> new Expression.Call("defined", List.of(value));
          case "undefined" -> negated(new Expression.Call("defined", List.of(value)));
          case "none" -> new Expression.Call("none", List.of(value));
          default -> throw wrong("defined, undefined or none after is");
        };
    return not ? negated(result) : result;
  }

  private Expression joined() {
    Expression left = postfix();
    while (take("~")) {
      left = shallow(new Expression.Call("~", List.of(left, postfix())));
    }
    return left;
  }

  private Expression postfix() {
    Expression value = primary();
    while (true) {
      value = shallow(value);
      if (take(".")) {
        value = member(value, next("a name after ."));
      } else if (take("[")) {
        value = new Expression.Member(value, inner());
        close("]");
      } else if (take("|")) {
        value = filter(value);
      } else {
        return value;
      }
    }
  }

  private Expression member(Expression value, String name) {
    if (name.equals("items") && take("(")) {
      close(")");
      return new Expression.Call("items", List.of(value));
    }
    return new Expression.Member(value, new Expression.Constant(name));
  }

  private Expression filter(Expression value) {
    String name = next("a filter after |");
    Integer arguments = Expression.FILTERS.get(name);
    if (arguments == null) {
      throw wrong("a filter of " + Expression.FILTERS.keySet().stream().sorted().toList());
    }
    List<Expression> operands = new ArrayList<>(List.of(value));
    if (take("(")) {
      while (!take(")")) {
        operands.add(inner());
        if (!take(",") && !")".equals(peek())) {
          throw wrong(")");
        }
      }
    }
    if (operands.size() != arguments + 1) {
      throw wrong(name + " with " + arguments + " arguments");
    }
    return new Expression.Call(name, operands);
  }

  private void close(String bracket) {
    if (!take(bracket)) {
      throw wrong(bracket);
    }
  }

  private Object number(String token) {
    BigDecimal number = new BigDecimal(token);
    if (number.scale() > 0) {
      return number;
    }
    if (token.length() > MOST_DIGITS) {
      throw wrong("whole numbers of at most " + MOST_DIGITS + " digits");
    }
    return number.longValueExact();
  }

  private Expression primary() {
    String token = next("a name, a text or a number");
    char first = token.charAt(0);
    if (token.equals("(")) {
      Expression inner = inner();
      close(")");
      return inner;
    }
    if (first == '"' || first == '\'') {
      return new Expression.Constant(
          token.substring(1, token.length() - 1).replace("\\n", "\n").replaceAll("\\\\(.)", "$1"));
    }
    if (Character.isDigit(first)) {
      return new Expression.Constant(number(token));
    }
    if (!Character.isLetter(first) && first != '_') {
      throw wrong("a name, a text or a number");
    }
    return CONSTANTS.containsKey(token)
        ? new Expression.Constant(CONSTANTS.get(token))
        : new Expression.Name(token);
  }
}
