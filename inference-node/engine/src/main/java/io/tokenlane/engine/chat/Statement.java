package io.tokenlane.engine.chat;

import java.util.List;

/** A statement, ready to be run. */
interface Statement {

  /** How a statement ended. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow run(Scope scope, Output out);

  /** Runs statements in order until one leaves the loop's round. */
  static Flow runAll(List<Statement> body, Scope scope, Output out) {
    for (Statement statement : body) {
      scope.budget().step();
      Flow flow = statement.run(scope, out);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }
}
