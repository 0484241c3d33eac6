package io.tokenlane.engine.chat;

/** An expression, ready to be evaluated. */
interface Expr {

  /**
   * Its value in a scope.
   *
   * @throws TemplateException if it has none
   */
  Object eval(Scope scope);
}
