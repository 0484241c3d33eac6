package io.tokenlane.gateway.resilience;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.context.SmartLifecycle;

/**
 * Streams that a stopping gateway cannot wait for end with a word to their clients. Spring waits
 * for requests under way, up to a bound, and then closes their connections; shortly before that
 * bound the attempts that are left are ended.
 */
final class Farewell implements SmartLifecycle {
  /** As Spring's own wait for requests: in one phase both stop at once. */
  private static final int WITH_THE_SERVER = SmartLifecycle.DEFAULT_PHASE - 1024;

  private static final Duration LONGEST_LAST_WORD = Duration.ofSeconds(2);

  private final Watchman watchman;
  private final ScheduledExecutorService clockwork;
  private final Duration bound;
  private volatile boolean running;

  /**
   * @param bound how long Spring waits
   */
  Farewell(Watchman watchman, ScheduledExecutorService clockwork, Duration bound) {
    this.watchman = watchman;
    this.clockwork = clockwork;
    this.bound = bound;
  }

  /** How long after the stop began attempts are ended. */
  static Duration patience(Duration bound) {
    Duration quarter = bound.dividedBy(4);
    return bound.minus(quarter.compareTo(LONGEST_LAST_WORD) < 0 ? quarter : LONGEST_LAST_WORD);
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    var _ = clockwork.schedule(watchman::stop, patience(bound).toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return WITH_THE_SERVER;
  }
}
