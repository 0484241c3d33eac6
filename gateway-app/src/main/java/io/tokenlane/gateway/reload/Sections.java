package io.tokenlane.gateway.reload;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The validated records of one configuration, each found by its type. Immutable. */
public final class Sections {
  private final Map<Class<?>, Object> all;

  /** One record of each type. */
  public Sections(Object... records) {
    this.all =
        Arrays.stream(records).collect(Collectors.toMap(Object::getClass, Function.identity()));
  }

  /** The record of this type. */
  public <S> S get(Class<S> type) {
    return type.cast(
        Objects.requireNonNull(all.get(type), () -> type + ": no section of a configuration"));
  }

  boolean differs(Sections other, Class<?> type) {
    return !get(type).equals(other.get(type));
  }
}
