package io.tokenlane.node.openai;

import io.tokenlane.engine.GenerationEvent;
import java.util.function.LongSupplier;

/**
 * Measures when the tokens of one sequence come, and what became of its reasoning. Runs on the step
 * thread.
 */
final class TokenTimes {
  private final Recording recording;
  private final ReasoningMeters reasoning;
  private final LongSupplier nanoTime;
  private long last;
  private boolean started;

  /** Takes a time from the one before. */
  @FunctionalInterface
  interface Recording {
    /**
     * Takes it.
     *
     * @param first whether it is that of the first token
     */
    void took(boolean first, long nanos);
  }

  TokenTimes(Recording recording, ReasoningMeters reasoning, LongSupplier nanoTime) {
    this.recording = recording;
    this.reasoning = reasoning;
    this.nanoTime = nanoTime;
    last = nanoTime.getAsLong();
  }

  void on(GenerationEvent event) {
    if (event instanceof GenerationEvent.Token) {
      long now = nanoTime.getAsLong();
      recording.took(!started, now - last);
      last = now;
      started = true;
    } else if (event instanceof GenerationEvent.Finished finished && finished.thinking() != null) {
      reasoning.count(finished.thinking());
    }
  }
}
