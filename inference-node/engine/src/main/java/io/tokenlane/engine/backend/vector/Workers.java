package io.tokenlane.engine.backend.vector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that run the parts of one piece of work at a time, the caller's thread
 * among them. Between pieces they spin for a moment, since the next one of a step follows soon, and
 * then park. Handing over work allocates nothing.
 */
final class Workers implements AutoCloseable {
  private static final int SPINS = 2_000;

  private final Worker[] workers;
  private final AtomicInteger round = new AtomicInteger();
  private final AtomicInteger unfinished = new AtomicInteger();
  private @Nullable Work work;
  private @Nullable Thread caller;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  /** Something that falls into parts. */
  interface Work {
    /** Runs part {@code part} of {@code parts}; others may run at the same time. */
    void run(int part, int parts);
  }

  /** Starts {@code threads - 1} threads. */
  Workers(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  int threads() {
    return workers.length + 1;
  }

  /** Runs all parts and returns when they are done; throws what one of them threw. */
  void run(Work next) {
    if (workers.length == 0) {
      next.run(0, 1);
      return;
    }
    work = next;
    caller = Thread.currentThread();
    failure = null;
    unfinished.set(workers.length);
    round.incrementAndGet(); // publishes the fields above
    for (Worker worker : workers) {
      worker.wake();
    }
    try {
      next.run(0, threads());
    } finally {
      await();
    }
    Throwable thrown = failure;
    if (thrown != null) {
      throw new IllegalStateException("a worker thread failed: " + thrown, thrown);
    }
  }

  private void await() {
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
    for (Worker worker : workers) {
      join(worker);
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Worker extends Thread {
    private final int part;
    private volatile boolean parked;

    Worker(int part) {
      super("tokenlane-vector-" + part);
      this.part = part;
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int seen = 0;
      while (awaitRound(seen)) {
        seen++;
        runPart();
      }
    }

    /** Waits for the round behind {@code seen}; false when closed. */
    private boolean awaitRound(int seen) {
      for (int spins = 0; round.get() == seen; spins++) {
        if (closed) {
          return false;
        }
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          park(seen);
        }
      }
      return true;
    }

    /** Raises the flag before the last look, so that a caller sees it or its round is seen. */
    private void park(int seen) {
      parked = true;
      if (round.get() == seen && !closed) {
        LockSupport.park(Workers.this);
      }
      parked = false;
    }

    private void runPart() {
      try {
        if (work != null) {
          work.run(part, threads());
        }
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        if (unfinished.decrementAndGet() == 0) {
          LockSupport.unpark(caller);
        }
      }
    }
  }
}
