package io.tokenlane.engine.chat;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one thing a template may change: attributes that outlive a loop's round. */
final class Namespace {
  private final Map<String, Object> attributes = new HashMap<>();

  void set(String name, Object value) {
    attributes.put(name, value);
  }

  @Nullable Object find(String name) {
    return attributes.get(name);
  }
}
