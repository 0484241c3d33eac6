package io.tokenlane.engine.chat;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables in sight of a statement. */
final class Scope {
  private final @Nullable Scope parent;
  private final Rendering rendering;
  private final Map<String, Object> names = new HashMap<>();

  /** What all scopes of one rendering share. */
  record Rendering(Budget budget, Clock clock) {}

  private Scope(@Nullable Scope parent, Rendering rendering) {
    this.parent = parent;
    this.rendering = rendering;
  }

  /** The outermost scope. */
  static Scope root(Map<String, Object> variables, Rendering rendering) {
    Scope root = new Scope(null, rendering);
    root.names.putAll(Globals.ALL);
    root.names.putAll(variables);
    return new Scope(root, rendering);
  }

  /** A scope inside this one. */
  Scope inner() {
    return new Scope(this, rendering);
  }

  /** The innermost variable of this name, or an {@link Undefined}. */
  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.parent) {
      Object value = scope.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return Undefined.name(name);
  }

  /** Sets a variable of this scope. */
  void set(String name, Object value) {
    names.put(name, value);
  }

  Budget budget() {
    return rendering.budget();
  }

  Clock clock() {
    return rendering.clock();
  }
}
