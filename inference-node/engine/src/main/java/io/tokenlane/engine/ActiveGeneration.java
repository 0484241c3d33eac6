package io.tokenlane.engine;

import io.tokenlane.engine.schedule.Sequence;
import java.util.function.Consumer;

/** A generation inside the engine. All but {@link #cancel} belongs to the step thread. */
final class ActiveGeneration implements Generation {
  final GenerationRequest request;
  final Sequence sequence;
  final Consumer<? super GenerationEvent> listener;
  private final Consumer<ActiveGeneration> inbox;
  private volatile boolean cancelled;

  ActiveGeneration(
      GenerationRequest request,
      Consumer<? super GenerationEvent> listener,
      Consumer<ActiveGeneration> inbox) {
    this.request = request;
    this.listener = listener;
    this.inbox = inbox;
    sequence =
        new Sequence(
            request.prompt(),
            request.maxTokens(),
            request.stopTokens().stream().mapToInt(Integer::intValue).toArray(),
            request.priority());
  }

  @Override
  public void cancel() {
    if (!cancelled) {
      cancelled = true;
      inbox.accept(this);
    }
  }

  boolean isCancelled() {
    return cancelled;
  }

  GenerationEvent.Usage usage() {
    return new GenerationEvent.Usage(
        sequence.promptLength(), sequence.cachedTokens(), sequence.generated());
  }
}
