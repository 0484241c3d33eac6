package io.tokenlane.gateway.state;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes state to the disk for threads that must not wait for it: on one thread of its own, one
 * write after the other in the order of the calls. The thread ends while there is nothing to write.
 */
public final class StateWriter implements AutoCloseable {
  /** Most writes that wait; what comes beyond is left out, and the log says so. */
  static final int MOST_WAITING = 64;

  private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);
  private static final long IDLE_SECONDS = 5;
  private static final long LAST_SECONDS = 10;

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          Thread.ofPlatform().name("state-writer").daemon().factory());

  /** Nothing is written yet. */
  public StateWriter() {
    thread.allowCoreThreadTimeOut(true);
  }

  /** Takes a write on, at once; whether it did. */
  public boolean later(Runnable write) {
    try {
      thread.execute(write);
      return true;
    } catch (RejectedExecutionException full) {
      LOG.warn("state: a write is left out; {} wait", thread.getQueue().size());
      return false;
    }
  }

  /** Ends what was taken on, within ten seconds. */
  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
      LOG.warn("state: {} writes were not done in {} s", thread.getQueue().size(), LAST_SECONDS);
    }
  }
}
