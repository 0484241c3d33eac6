package io.tokenlane.engine.chat;

import java.util.List;

/** The kinds of statement but loops. */
final class Statements {
  /** The variable that holds a captured block's text: no name that a template can write. */
  static final String CAPTURED = " captured";

  private Statements() {}

  record Text(String text) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      out.append(text);
      return Flow.NEXT;
    }
  }

  record Print(Expr value) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      out.append(Values.print(value.eval(scope), scope.budget()));
      return Flow.NEXT;
    }
  }

  /** Statements in a scope of their own. */
  record Block(List<Statement> body) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      return Statement.runAll(body, scope.inner(), out);
    }
  }

  /** A condition and what to run if it is the first to hold. */
  record Branch(Expr condition, List<Statement> body) {}

  record If(List<Branch> branches, List<Statement> otherwise) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      for (Branch branch : branches) {
        if (Values.truth(branch.condition().eval(scope))) {
          return Statement.runAll(branch.body(), scope, out);
        }
      }
      return Statement.runAll(otherwise, scope, out);
    }
  }

  /** {@code break} and {@code continue}. */
  enum Leave implements Statement {
    BREAK(Flow.BREAK),
    CONTINUE(Flow.CONTINUE);

    private final Flow flow;

    Leave(Flow flow) {
      this.flow = flow;
    }

    @Override
    public Flow run(Scope scope, Output out) {
      return flow;
    }
  }

  record Set(Target target, Expr value) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      target.assign(scope, value.eval(scope));
      return Flow.NEXT;
    }
  }

  record SetBlock(Target target, Expr filtered, List<Statement> body) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      Captured captured = capture(body, scope.inner());
      if (captured.isWhole()) {
        target.assign(scope, filtered.eval(captured.in(scope)));
      }
      return captured.flow();
    }
  }

  record FilterBlock(Expr filtered, List<Statement> body) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      Captured captured = capture(body, scope.inner());
      if (captured.isWhole()) {
        out.append(Values.print(filtered.eval(captured.in(scope)), scope.budget()));
      }
      return captured.flow();
    }
  }

  /** What statements print, and how they ended. */
  record Captured(String text, Statement.Flow flow) {

    /** Whether none of them left the loop's round, with which the text would be lost. */
    boolean isWhole() {
      return flow == Statement.Flow.NEXT;
    }

    private Scope in(Scope scope) {
      Scope inner = scope.inner();
      inner.set(CAPTURED, text);
      return inner;
    }
  }

  static Captured capture(List<Statement> body, Scope scope) {
    Output text = new Output(scope.budget());
    Statement.Flow flow = Statement.runAll(body, scope, text);
    return new Captured(text.toString(), flow);
  }

  record DefineMacro(Macro.Definition definition) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      scope.set(definition.name(), new Macro(definition, scope));
      return Flow.NEXT;
    }
  }

  record CallBlock(Expressions.Call call, Macro.Definition caller) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      Arguments values = call.arguments().eval(scope);
      values.named().put("caller", new Macro(caller, scope));
      out.append(Values.print(call.with(values, scope), scope.budget()));
      return Flow.NEXT;
    }
  }

  record With(List<Target> names, List<Expr> values, List<Statement> body) implements Statement {
    @Override
    public Flow run(Scope scope, Output out) {
      Scope inner = scope.inner();
      for (int i = 0; i < names.size(); i++) {
        names.get(i).assign(inner, values.get(i).eval(scope));
      }
      return Statement.runAll(body, inner, out);
    }
  }
}
