package io.tokenlane.engine;

import io.tokenlane.engine.run.Effort;
import io.tokenlane.engine.schedule.Sequence;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A generation inside the engine. All but {@link #cancel} belongs to the step thread. */
final class ActiveGeneration implements Generation {
  final GenerationRequest request;
  final Sequence sequence;

  /** Blocks that are reserved for pinning; 0 for a generation that pins nothing. */
  final int pinnedBlocks;

  final Wires wires;
  private volatile boolean cancelled;
  private boolean deaf;
  private @Nullable Steering steering;
  private final Effort effort = new Effort();

  /**
   * @param sibling one of the same prompt, submitted before; or null
   */
  ActiveGeneration(
      GenerationRequest request,
      @Nullable ActiveGeneration sibling,
      int pinnedBlocks,
      Wires wires) {
    this.request = request;
    this.pinnedBlocks = pinnedBlocks;
    this.wires = wires;
    sequence = new Sequence(request.spec(), sibling == null ? null : sibling.sequence);
    if (pinnedBlocks > 0) {
      sequence.pin();
    }
  }

  @Override
  public void cancel() {
    if (!cancelled) {
      cancelled = true;
      wires.inbox().accept(this);
    }
  }

  /** Its listener failed: tells it nothing any more. */
  void deafen() {
    deaf = true;
    cancel();
  }

  boolean isDeaf() {
    return deaf;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** What its tokens took. */
  Effort effort() {
    return effort;
  }

  void steer(Steering by) {
    steering = by;
  }

  @Nullable Steering steering() {
    return steering;
  }

  GenerationEvent.Finished finished(FinishReason reason) {
    return new GenerationEvent.Finished(
        reason, usage(), steering == null ? null : steering.report().orElse(null));
  }

  private GenerationEvent.Usage usage() {
    return new GenerationEvent.Usage(
        sequence.promptLength(),
        sequence.cachedTokens(),
        sequence.generated(),
        request.earlyExit().mode() == EarlyExit.Mode.OFF ? Effort.Counts.NONE : effort.counts());
  }

  /**
   * What it is connected to.
   *
   * @param listener is told its events
   * @param inbox is told that it was cancelled
   * @param submittedNanos when it was submitted
   */
  record Wires(
      Consumer<? super GenerationEvent> listener,
      Consumer<ActiveGeneration> inbox,
      long submittedNanos) {}
}
