package io.tokenlane.gateway.balance;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Attributes that begin as another exchange's and are changed here alone: only what is changed
 * takes memory. Thread-safe, where the other's are.
 */
final class OwnAttributes extends AbstractMap<String, Object> {
  /** Stands for what was there and is here no more. */
  private static final Object REMOVED = new Object();

  private static final int FEW = 6;

  private final Map<String, Object> before;
  private final Map<String, Object> own = new ConcurrentHashMap<>(FEW);

  OwnAttributes(Map<String, Object> before) {
    this.before = before;
  }

  @Override
  public @Nullable Object get(@Nullable Object name) {
    Object mine = name == null ? null : own.get(name);
    return mine == null && name != null ? before.get(name) : there(mine);
  }

  private static @Nullable Object there(@Nullable Object value) {
    return value == REMOVED ? null : value;
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return get(name) != null;
  }

  @Override
  public @Nullable Object put(String name, Object value) {
    Object mine = own.put(name, value);
    return mine == null ? before.get(name) : there(mine);
  }

  @Override
  public @Nullable Object remove(@Nullable Object name) {
    return name instanceof String text ? taken(text) : null;
  }

  private @Nullable Object taken(String name) {
    Object outer = before.get(name);
    Object mine = outer == null ? own.remove(name) : own.put(name, REMOVED);
    return mine == null ? outer : there(mine);
  }

  /** As they stand now. */
  @Override
  public Set<Entry<String, Object>> entrySet() {
    Map<String, Object> all = new HashMap<>(before);
    all.putAll(own);
    all.values().removeIf(value -> value == REMOVED);
    return Collections.unmodifiableSet(all.entrySet());
  }
}
