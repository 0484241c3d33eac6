package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.prefetch.cache.Answer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads stored answers of a model for one call; the same one that is asked about again, once. */
final class Reading {
  private final CallKind kind;
  private @Nullable Answer last;
  private Optional<ObjectNode> whole = Optional.empty();

  Reading(CallKind kind) {
    this.kind = kind;
  }

  /** The answer, where it can be told as a stream; not to be changed. */
  @SuppressWarnings("ReferenceEquality") // comparing bodies would cost what reading them does
  synchronized Optional<ObjectNode> of(Answer answer) {
    if (answer != last) {
      last = answer;
      whole = StreamWriter.readable(kind, answer.body());
    }
    return whole;
  }
}
