package io.tokenlane.balance;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** A value that many threads replace and read without locks; never null. */
final class Cell<T> {
  private final AtomicReference<T> value;

  Cell(T first) {
    value = new AtomicReference<>(first);
  }

  T get() {
    return requireNonNull(value.get());
  }

  /** Replaces the value and returns the new one; {@code change} may run more than once. */
  T change(UnaryOperator<T> change) {
    return requireNonNull(value.updateAndGet(change));
  }
}
