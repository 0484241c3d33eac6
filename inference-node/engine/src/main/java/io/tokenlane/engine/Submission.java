package io.tokenlane.engine;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A generation to queue.
 *
 * @param listener receives its events, as {@link Engine#submit} says
 */
public record Submission(GenerationRequest request, Consumer<? super GenerationEvent> listener) {

  /** Whether what another computes of its prompt is what this one needs. */
  boolean beginsAs(Submission other) {
    return Arrays.equals(request.prompt(), other.request.prompt())
        && request.cacheSalt().equals(other.request.cacheSalt())
        && request.earlyExit().mark() == other.request.earlyExit().mark();
  }
}
