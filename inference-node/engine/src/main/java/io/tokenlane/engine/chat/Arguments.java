package io.tokenlane.engine.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values a call is made with. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Object... values) {
    return new Arguments(List.of(values), Map.of());
  }

  /** The argument at a position or under a name; null if neither is there. */
  @Nullable Object find(int index, String name) {
    return index < positional.size() ? positional.get(index) : named.get(name);
  }

  Object get(int index, String name, Object otherwise) {
    Object value = find(index, name);
    return value == null ? otherwise : value;
  }

  Object require(int index, String name) {
    Object value = find(index, name);
    if (value == null) {
      throw new TemplateException("missing argument '" + name + "'");
    }
    return value;
  }

  /** Without the first {@code count} positional values. */
  Arguments skip(int count) {
    int from = Math.min(count, positional.size());
    return new Arguments(positional.subList(from, positional.size()), named);
  }

  /** Refuses more positional values, or other names, than a function takes. */
  Arguments atMost(String function, int count, Set<String> names) {
    if (positional.size() > count) {
      throw new TemplateException(
          function + "() takes at most " + count + " arguments, got " + positional.size());
    }
    for (String name : named.keySet()) {
      if (!names.contains(name)) {
        throw new TemplateException(function + "() got an unexpected argument '" + name + "'");
      }
    }
    return this;
  }
}
