package io.tokenlane.engine.chat;

/** Something a template can call. */
interface Callable {
  Object call(Arguments arguments, Scope scope);
}
