package io.tokenlane.gateway.call;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Proves who asks without waiting for anybody, for requests answered before the filters. */
@FunctionalInterface
public interface QuickProof {
  /** Proves nobody. */
  QuickProof NONE = fields -> Optional.empty();

  /**
   * Who asks with these fields; empty where that cannot be told here, which is no refusal.
   *
   * @param fields the value of a field by its lower-case name, null where it is missing
   */
  Optional<Principal> prove(Function<String, @Nullable String> fields);
}
