package io.tokenlane.engine.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Python's tuple.
 *
 * @param names of the items, where it is a named one
 */
record Tuple(List<Object> items, List<String> names) {
  Tuple(List<Object> items) {
    this(items, List.of());
  }

  static Tuple of(Object... items) {
    return new Tuple(List.of(items));
  }

  /** The item of this name; null if there is none. */
  @Nullable Object find(String name) {
    int index = names.indexOf(name);
    return index < 0 ? null : items.get(index);
  }
}
