package io.tokenlane.node.openai;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Compiles grammars on threads of their own, as a large schema takes seconds: whoever streams, or
 * asks without a schema, does not wait behind it.
 */
final class GrammarThreads {
  private static final int RETRY_AFTER_SECONDS = 1;

  private final Scheduler compiling;
  private final Scheduler answering;

  /**
   * @param compiling refuses what is more than may wait
   * @param answering where all else is done
   */
  GrammarThreads(Scheduler compiling, Scheduler answering) {
    this.compiling = compiling;
    this.answering = answering;
  }

  /** Where all else is done. */
  Scheduler answering() {
    return answering;
  }

  /** Ends the threads that compile. */
  void dispose() {
    compiling.dispose();
  }

  /** What needs a grammar that has to be compiled, given back to the answering threads. */
  <T> Mono<T> of(Supplier<T> compiled) {
    return Mono.defer(() -> JsonBody.answered(() -> Mono.just(compiled.get())))
        .subscribeOn(compiling)
        .onErrorMap(
            RejectedExecutionException.class,
            e ->
                ApiException.queueFull(
                    "too many schemas wait to be compiled (expected: fewer, or later)",
                    RETRY_AFTER_SECONDS))
        .publishOn(answering);
  }
}
