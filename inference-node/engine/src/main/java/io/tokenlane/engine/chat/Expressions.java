package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of expression. */
final class Expressions {
  private Expressions() {}

  record Literal(Object value) implements Expr {
    @Override
    public Object eval(Scope scope) {
      return value;
    }
  }

  record Name(String name) implements Expr {
    @Override
    public Object eval(Scope scope) {
      scope.budget().step();
      return scope.get(name);
    }
  }

  record ListOf(List<Expr> elements) implements Expr {
    @Override
    public Object eval(Scope scope) {
      return evalAll(elements, scope);
    }
  }

  record TupleOf(List<Expr> elements) implements Expr {
    @Override
    public Object eval(Scope scope) {
      return new Tuple(evalAll(elements, scope));
    }
  }

  private static List<Object> evalAll(List<Expr> expressions, Scope scope) {
    scope.budget().elements(expressions.size());
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expr expr : expressions) {
      values.add(expr.eval(scope));
    }
    return values;
  }

  record DictOf(List<Expr> keys, List<Expr> values) implements Expr {
    @Override
    public Object eval(Scope scope) {
      scope.budget().elements(keys.size());
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        Object key = Values.key(keys.get(i).eval(scope), scope.budget());
        map.put(key, values.get(i).eval(scope));
      }
      return map;
    }
  }

  record Attribute(Expr owner, String name) implements Expr {
    @Override
    public Object eval(Scope scope) {
      scope.budget().step();
      return Attributes.attribute(owner.eval(scope), name, scope.budget());
    }
  }

  record Item(Expr owner, Expr key) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Object value = owner.eval(scope);
      scope.budget().step();
      return key instanceof SliceOf slice
          ? slice.of(value, scope)
          : Attributes.item(value, key.eval(scope), scope.budget());
    }
  }

  record SliceOf(@Nullable Expr from, @Nullable Expr to, @Nullable Expr step) implements Expr {
    @Override
    public Object eval(Scope scope) {
      throw new TemplateException("a slice is no value");
    }

    Object of(Object value, Scope scope) {
      return Slices.slice(
          value, bound(from, scope), bound(to, scope), bound(step, scope), scope.budget());
    }

    private static @Nullable Long bound(@Nullable Expr expr, Scope scope) {
      Object value = expr == null ? None.NONE : expr.eval(scope);
      return value instanceof None ? null : (Long) Values.requireInteger(value, "slice index");
    }
  }

  record Call(Expr function, ArgumentList arguments) implements Expr {
    @Override
    public Object eval(Scope scope) {
      return with(arguments.eval(scope), scope);
    }

    Object with(Arguments values, Scope scope) {
      scope.budget().step();
      return switch (function.eval(scope)) {
        case Callable callable -> callable.call(values, scope);
        case Undefined undefined -> throw undefined.refuse();
        case Object other ->
            throw new TemplateException("'" + Values.typeName(other) + "' object is not callable");
      };
    }
  }

  record Filtered(Expr value, String name, ArgumentList arguments) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Object input = value.eval(scope);
      scope.budget().step();
      return Filters.apply(name, input, arguments.eval(scope), scope);
    }
  }

  record Tested(Expr value, String name, ArgumentList arguments) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Object input = value.eval(scope);
      scope.budget().step();
      return Tests.apply(name, input, arguments.eval(scope), scope);
    }
  }

  record Or(Expr left, Expr right) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Object value = left.eval(scope);
      return Values.truth(value) ? value : right.eval(scope);
    }
  }

  record And(Expr left, Expr right) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Object value = left.eval(scope);
      return Values.truth(value) ? right.eval(scope) : value;
    }
  }

  record Not(Expr value) implements Expr {
    @Override
    public Object eval(Scope scope) {
      return !Values.truth(value.eval(scope));
    }
  }

  record Sign(boolean negative, Expr value) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Object number = value.eval(scope);
      return negative ? Numbers.negate(number) : Numbers.requireNumber(number, "unary +");
    }
  }

  record Binary(String operator, Expr left, Expr right) implements Expr {
    @Override
    public Object eval(Scope scope) {
      return Operators.apply(operator, left.eval(scope), right.eval(scope), scope);
    }
  }

  record Concat(List<Expr> parts) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Output text = new Output(scope.budget());
      for (Expr part : parts) {
        text.append(Values.print(part.eval(scope), scope.budget()));
      }
      String whole = text.toString();
      scope.budget().elements(whole.length());
      return whole;
    }
  }

  /** One comparison of a chain: its operator and right side. */
  record Operand(String operator, Expr right) {}

  record Compare(Expr first, List<Operand> operands) implements Expr {
    @Override
    public Object eval(Scope scope) {
      Object left = first.eval(scope);
      for (Operand operand : operands) {
        Object right = operand.right().eval(scope);
        scope.budget().step();
        if (!Operators.compare(operand.operator(), left, right, scope.budget())) {
          return false;
        }
        left = right;
      }
      return true;
    }
  }

  record Conditional(Expr condition, Expr value, @Nullable Expr otherwise) implements Expr {
    @Override
    public Object eval(Scope scope) {
      if (Values.truth(condition.eval(scope))) {
        return value.eval(scope);
      }
      return otherwise == null
          ? new Undefined("the inline if was false and has no else")
          : otherwise.eval(scope);
    }
  }
}
