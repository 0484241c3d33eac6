package io.tokenlane.node.openai;

import io.micrometer.core.instrument.Timer;
import io.tokenlane.engine.GenerationEvent;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Measures when the tokens of one sequence come, and what became of its reasoning. Runs on the step
 * thread.
 */
final class TokenTimes {
  private final Timer firstToken;
  private final Timer betweenTokens;
  private final ReasoningMeters reasoning;
  private final LongSupplier nanoTime;
  private long last;
  private boolean started;

  TokenTimes(
      Timer firstToken, Timer betweenTokens, ReasoningMeters reasoning, LongSupplier nanoTime) {
    this.reasoning = reasoning;
    this.firstToken = firstToken;
    this.betweenTokens = betweenTokens;
    this.nanoTime = nanoTime;
    last = nanoTime.getAsLong();
  }

  void on(GenerationEvent event) {
    if (event instanceof GenerationEvent.Token) {
      long now = nanoTime.getAsLong();
      (started ? betweenTokens : firstToken).record(now - last, TimeUnit.NANOSECONDS);
      last = now;
      started = true;
    } else if (event instanceof GenerationEvent.Finished finished && finished.thinking() != null) {
      reasoning.count(finished.thinking());
    }
  }
}
