package io.tokenlane.balance.health;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs something later. */
@FunctionalInterface
public interface Timer {
  void after(Duration delay, Runnable action);

  /** Real time. What is still waiting when the executor shuts down never runs. */
  static Timer on(ScheduledExecutorService executor) {
    return (delay, action) -> {
      var _ = executor.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    };
  }
}
