package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Where something stands in a schema: a JSON pointer (RFC 6901), written out for messages alone. A
 * chain of steps, as a long name would else be repeated for each place below it. Immutable.
 */
final class SchemaPath {
  static final SchemaPath ROOT = new SchemaPath(null, "");

  private final @Nullable SchemaPath parent;
  private final String step;

  private SchemaPath(@Nullable SchemaPath parent, String step) {
    this.parent = parent;
    this.step = step;
  }

  /** A pointer's place. */
  static SchemaPath of(String pointer) {
    SchemaPath path = ROOT;
    for (String step : pointer.substring(Math.min(1, pointer.length())).split("/", -1)) {
      path = path.to(step.replace("~1", "/").replace("~0", "~"));
    }
    return pointer.isEmpty() ? ROOT : path;
  }

  /** The place below this one under a name, as it is. */
  SchemaPath to(String name) {
    return new SchemaPath(this, name);
  }

  /** The element of this place at an index, from 0. */
  SchemaPath to(int index) {
    return to(Integer.toString(index));
  }

  /** The pointer; empty for the schema itself. */
  @Override
  public String toString() {
    Deque<String> steps = new ArrayDeque<>();
    SchemaPath at = this;
    SchemaPath above = parent;
    while (above != null) {
      steps.push("/" + at.step.replace("~", "~0").replace("/", "~1"));
      at = above;
      above = at.parent;
    }
    return String.join("", steps);
  }
}
