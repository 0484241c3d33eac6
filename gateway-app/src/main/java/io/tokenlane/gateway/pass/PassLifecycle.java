package io.tokenlane.gateway.pass;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.context.SmartLifecycle;

/**
 * Part of a graceful stop: nothing new passes, and the web server goes down when what is under way
 * has ended, or when the phase's time is over.
 */
final class PassLifecycle implements SmartLifecycle {
  /** Between the web server's graceful stop and its end. */
  private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1_500;

  private static final long LOOK_MILLIS = 10;

  private final Passing passing;
  private final ScheduledExecutorService clockwork;
  private volatile boolean running;

  PassLifecycle(Passing passing, ScheduledExecutorService clockwork) {
    this.passing = passing;
    this.clockwork = clockwork;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    passing.stop();
  }

  @Override
  public void stop(Runnable callback) {
    stop();
    look(callback);
  }

  private void look(Runnable callback) {
    if (passing.underWay() == 0) {
      callback.run();
    } else {
      var _ = clockwork.schedule(() -> look(callback), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
