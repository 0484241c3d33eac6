package io.tokenlane.engine.backend;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** Which types of weights a backend can read in which operation: its explicit support table. */
public final class Support {
  private final String backend;
  private final Map<Op, Set<DType>> types;

  /**
   * @param backend the backend's name, for messages
   * @param types what it can read; operations that are not named read nothing
   */
  public Support(String backend, Map<Op, Set<DType>> types) {
    this.backend = backend;
    this.types = new EnumMap<>(types);
  }

  /** The types that the operation reads. */
  public Set<DType> types(Op op) {
    return types.getOrDefault(op, Set.of());
  }

  /**
   * Throws unless the operation can read the tensor.
   *
   * @throws IllegalArgumentException naming the tensor, its type, and the types that would do
   */
  public void check(Op op, Tensor tensor) {
    if (!types(op).contains(tensor.dtype())) {
      throw new IllegalArgumentException(
          "%s: %s (expected: one of %s, for %s on the %s backend)"
              .formatted(tensor.name(), tensor.dtype(), types(op), op, backend));
    }
  }
}
