package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop. Each round has a scope of its own.
 *
 * @param condition which elements to take; null for all
 * @param recursive whether the body can call {@code loop(items)} for a level below
 * @param otherwise what to run if there were no elements
 */
record ForLoop(
    Target target,
    Expr items,
    @Nullable Expr condition,
    boolean recursive,
    List<Statement> body,
    List<Statement> otherwise)
    implements Statement {

  @Override
  public Flow run(Scope scope, Output out) {
    return run(items.eval(scope), scope, out, 0);
  }

  /** Runs one level over the elements and returns what it prints. */
  String level(Object elements, Scope scope, int depth) {
    Output text = new Output(scope.budget());
    scope.budget().enter();
    run(elements, scope, text, depth);
    scope.budget().leave();
    return text.toString();
  }

  /** What there is in place of elements belongs to the loop around this one, and may leave it. */
  private Flow run(Object elements, Scope scope, Output out, int depth) {
    List<Object> taken = taken(Values.list(elements, scope.budget()), scope);
    if (taken.isEmpty()) {
      return Statement.runAll(otherwise, scope.inner(), out);
    }
    LoopState state = new LoopState(this, taken, scope, depth);
    for (int i = 0; i < taken.size(); i++) {
      scope.budget().step();
      Scope round = scope.inner();
      round.set("loop", state);
      target.assign(round, state.advance());
      if (Statement.runAll(body, round, out) == Flow.BREAK) {
        break;
      }
    }
    return Flow.NEXT;
  }

  private List<Object> taken(List<Object> elements, Scope scope) {
    if (condition == null) {
      return elements;
    }
    List<Object> taken = new ArrayList<>();
    for (Object element : elements) {
      scope.budget().step();
      Scope test = scope.inner();
      target.assign(test, element);
      if (Values.truth(condition.eval(test))) {
        taken.add(element);
      }
    }
    return taken;
  }
}
