package io.tokenlane.gateway;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Waits for what happens on other threads. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private Eventually() {}

  /** Returns when it holds; fails when it does not in twenty seconds. */
  public static void eventually(String what, BooleanSupplier holds) {
    Boolean held =
        // On threads that may wait: what is looked at may be the answer to a request.
        Flux.interval(Duration.ZERO, LOOK_AGAIN, Schedulers.boundedElastic())
            .onBackpressureDrop()
            .map(tick -> holds.getAsBoolean())
            .filter(Boolean::booleanValue)
            .take(PATIENCE)
            .blockFirst();
    if (held == null) {
      throw new AssertionError(what + ": never (expected: within " + PATIENCE + ")");
    }
  }
}
