package io.tokenlane.engine.chat;

import io.tokenlane.engine.chat.Expressions.Operand;
import io.tokenlane.engine.chat.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Recursive descent over Jinja's expressions; each method is one level of precedence. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Map<String, Object> CONSTANTS =
      Map.of(
          "true", true, "True", true, "false", false, "False", false, "none", None.NONE, "None",
          None.NONE);
  private static final Set<String> NO_TEST_ARGUMENT = Set.of("else", "or", "and");

  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** An expression, possibly with an inline {@code if}. */
  Expr expression() {
    tokens.enter();
    Expr value = or();
    while (tokens.skipName("if")) {
      Expr condition = or();
      Expr otherwise = tokens.skipName("else") ? expression() : null;
      value = new Expressions.Conditional(condition, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  /** An expression without inline {@code if}, as after {@code in} of a loop. */
  Expr withoutCondition() {
    return or();
  }

  /** One expression, or several separated by commas: a tuple. */
  Expr tuple() {
    return tuple(this::expression, false);
  }

  /** As {@link #tuple}, without inline {@code if}. */
  Expr tupleWithoutCondition() {
    return tuple(this::or, false);
  }

  private Expr tuple(Supplier<Expr> element, boolean mayBeEmpty) {
    List<Expr> elements = new ArrayList<>();
    boolean isTuple = false;
    while (!atTupleEnd()) {
      elements.add(element.get());
      if (!tokens.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (isTuple) {
      return new Expressions.TupleOf(elements);
    } else if (!elements.isEmpty()) {
      return elements.getFirst();
    } else if (mayBeEmpty) {
      return new Expressions.TupleOf(elements);
    }
    throw tokens.unexpected("an expression");
  }

  private boolean atTupleEnd() {
    Token next = tokens.peek();
    return next.kind() == Kind.BLOCK_END || next.kind() == Kind.PRINT_END || next.isOperator(")");
  }

  private Expr or() {
    Expr left = and();
    while (tokens.skipName("or")) {
      left = new Expressions.Or(left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (tokens.skipName("and")) {
      left = new Expressions.And(left, not());
    }
    return left;
  }

  private Expr not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expr negated = new Expressions.Not(not());
    tokens.leave();
    return negated;
  }

  private Expr comparison() {
    Expr first = sum();
    List<Operand> operands = new ArrayList<>();
    for (String operator = comparator(); operator != null; operator = comparator()) {
      operands.add(new Operand(operator, sum()));
    }
    return operands.isEmpty() ? first : new Expressions.Compare(first, operands);
  }

  private @Nullable String comparator() {
    Token next = tokens.peek();
    if (next.kind() == Kind.OPERATOR && COMPARISONS.contains(next.text())) {
      return tokens.next().text();
    } else if (tokens.skipName("in")) {
      return "in";
    } else if (next.isName("not") && tokens.peekSecond().isName("in")) {
      tokens.next();
      tokens.next();
      return "not in";
    }
    return null;
  }

  private Expr sum() {
    return leftToRight(Set.of("+", "-"), this::concatenation);
  }

  private Expr concatenation() {
    Expr first = product();
    if (!tokens.peek().isOperator("~")) {
      return first;
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expressions.Concat(parts);
  }

  private Expr product() {
    return leftToRight(Set.of("*", "/", "//", "%"), this::power);
  }

  private Expr power() {
    return leftToRight(Set.of("**"), () -> unary(true));
  }

  private Expr leftToRight(Set<String> operators, Supplier<Expr> operand) {
    Expr left = operand.get();
    while (tokens.peek().kind() == Kind.OPERATOR && operators.contains(tokens.peek().text())) {
      String operator = tokens.next().text();
      left = new Expressions.Binary(operator, left, operand.get());
    }
    return left;
  }

  private Expr unary(boolean withFilters) {
    tokens.enter();
    Expr value;
    if (tokens.skipOperator("-")) {
      value = new Expressions.Sign(true, unary(false));
    } else if (tokens.skipOperator("+")) {
      value = new Expressions.Sign(false, unary(false));
    } else {
      value = primary();
    }
    value = postfix(value);
    tokens.leave();
    return withFilters ? filtersAndTests(value) : value;
  }

  private Expr postfix(Expr start) {
    Expr value = start;
    while (true) {
      if (tokens.skipOperator(".")) {
        value = attribute(value);
      } else if (tokens.skipOperator("[")) {
        value = subscript(value);
      } else if (tokens.peek().isOperator("(")) {
        value = new Expressions.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expr attribute(Expr owner) {
    if (tokens.peek().kind() == Kind.INTEGER) {
      return new Expressions.Item(owner, literal(tokens.next()));
    }
    return new Expressions.Attribute(owner, tokens.expect(Kind.NAME).text());
  }

  private Expr subscript(Expr owner) {
    List<Expr> keys = new ArrayList<>();
    while (!tokens.skipOperator("]")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
      }
      keys.add(key());
    }
    return new Expressions.Item(
        owner, keys.size() == 1 ? keys.getFirst() : new Expressions.TupleOf(keys));
  }

  private Expr key() {
    Expr from = tokens.peek().isOperator(":") ? null : expression();
    if (from != null && !tokens.peek().isOperator(":")) {
      return from;
    }
    tokens.expectOperator(":");
    Expr to = sliceBound();
    Expr step = tokens.skipOperator(":") ? sliceBound() : null;
    return new Expressions.SliceOf(from, to, step);
  }

  private @Nullable Expr sliceBound() {
    Token next = tokens.peek();
    boolean absent = next.isOperator(":") || next.isOperator("]") || next.isOperator(",");
    return absent ? null : expression();
  }

  private Expr filtersAndTests(Expr start) {
    Expr value = start;
    while (true) {
      if (tokens.skipOperator("|")) {
        value = filter(value);
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.peek().isOperator("(")) {
        value = new Expressions.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  /** A filter's name and arguments, behind the bar. */
  Expr filter(Expr value) {
    String name = dottedName();
    return new Expressions.Filtered(value, name, optionalArguments());
  }

  private Expr test(Expr value) {
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    Expr test = new Expressions.Tested(value, name, testArguments());
    return negated ? new Expressions.Not(test) : test;
  }

  /** In parentheses, or one value without them. */
  private ArgumentList testArguments() {
    if (tokens.peek().isOperator("(") || !startsTestArgument()) {
      return optionalArguments();
    }
    tokens.enter();
    Expr argument = postfix(primary());
    tokens.leave();
    return new ArgumentList(List.of(argument), List.of(), null, null);
  }

  private boolean startsTestArgument() {
    Token next = tokens.peek();
    return switch (next.kind()) {
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> next.isOperator("[") || next.isOperator("{");
      case NAME -> {
        if (next.isName("is")) {
          throw tokens.malformed("tests cannot be chained with 'is'");
        }
        yield !NO_TEST_ARGUMENT.contains(next.text());
      }
      default -> false;
    };
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Kind.NAME).text());
    }
    return name.toString();
  }

  private ArgumentList optionalArguments() {
    return tokens.peek().isOperator("(") ? arguments() : ArgumentList.NONE;
  }

  /** Call arguments in parentheses. */
  ArgumentList arguments() {
    return new ArgumentParser(tokens, this).parse();
  }

  private Expr primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> {
        Object constant = CONSTANTS.get(token.text());
        yield constant == null
            ? new Expressions.Name(token.text())
            : new Expressions.Literal(constant);
      }
      case STRING -> strings(token);
      case INTEGER, FLOAT -> literal(token);
      case OPERATOR -> bracketed(token);
      default -> throw tokens.malformed("unexpected " + token + " (expected: an expression)");
    };
  }

  private Expr strings(Token first) {
    StringBuilder text = new StringBuilder(first.text());
    while (tokens.peek().kind() == Kind.STRING) {
      text.append(tokens.next().text());
    }
    return new Expressions.Literal(text.toString());
  }

  private Expr literal(Token number) {
    String digits = number.text().replace("_", "");
    if (number.kind() == Kind.FLOAT) {
      return new Expressions.Literal(Double.valueOf(digits));
    }
    try {
      return new Expressions.Literal(Numbers.parseInteger(digits));
    } catch (NumberFormatException e) {
      throw tokens.malformed("integer " + digits + " (expected: within 64 bits)");
    }
  }

  private Expr bracketed(Token open) {
    return switch (open.text()) {
      case "(" -> {
        Expr inner = tuple(this::expression, true);
        tokens.expectOperator(")");
        yield inner;
      }
      case "[" -> new Expressions.ListOf(elements());
      case "{" -> dictionary();
      default -> throw tokens.malformed("unexpected " + open + " (expected: an expression)");
    };
  }

  private List<Expr> elements() {
    List<Expr> elements = new ArrayList<>();
    while (!tokens.skipOperator("]")) {
      if (!elements.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("]")) {
          break;
        }
      }
      elements.add(expression());
    }
    return elements;
  }

  private Expr dictionary() {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
    }
    return new Expressions.DictOf(keys, values);
  }
}
