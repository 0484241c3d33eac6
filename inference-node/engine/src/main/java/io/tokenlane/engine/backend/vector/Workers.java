package io.tokenlane.engine.backend.vector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that run the chunks of one piece of work at a time, the caller's thread
 * among them. Threads claim chunks one by one: one that comes late, since it was parked or had no
 * core to run on, finds fewer left or none, and nobody waits for it. Between pieces they spin for a
 * moment, since the next one of a step follows soon, and then park. Handing over work allocates
 * nothing.
 */
final class Workers implements AutoCloseable {
  private static final int SPINS = 2_000;

  private final Worker[] workers;

  /** Chunks that nobody claimed yet. */
  private final AtomicInteger unclaimed = new AtomicInteger();

  private final AtomicInteger unfinished = new AtomicInteger();

  /** Set before chunks can be claimed, and not changed before all claimed ones are finished. */
  private @Nullable Work work;

  private int chunks;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  /** The caller, if it is parked or about to be. */
  private volatile @Nullable Thread waiting;

  /** Something that falls into chunks. */
  interface Work {
    /**
     * Runs one chunk; other threads may run others at the same time.
     *
     * @param chunk from 0
     * @param thread which thread runs it, from 0: whose work space it may use
     */
    void run(int chunk, int thread);
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

  /** Runs all chunks and returns when they are done; throws what one of them threw. */
  void run(Work next, int count) {
    if (workers.length == 0 || count < 2) {
      runAlone(next, count);
      return;
    }
    work = next;
    chunks = count;
    failure = null;
    unfinished.set(count);
    unclaimed.set(count); // publishes the fields above
    for (Worker worker : workers) {
      worker.wake();
    }
    runChunks(0);
    await();
    Throwable thrown = failure;
    if (thrown != null) {
      throw new IllegalStateException("a chunk of work failed: " + thrown, thrown);
    }
  }

  /** Runs all chunks on the caller's thread. */
  static void runAlone(Work next, int count) {
    for (int chunk = 0; chunk < count; chunk++) {
      next.run(chunk, 0);
    }
  }

  /** Claims and runs chunks until there are none. */
  private void runChunks(int thread) {
    for (int left = unclaimed.get(); left > 0; left = unclaimed.get()) {
      if (unclaimed.compareAndSet(left, left - 1)) {
        runChunk(left, thread);
      }
    }
  }

  private void runChunk(int left, int thread) {
    try {
      if (work != null && failure == null) {
        work.run(chunks - left, thread);
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      if (unfinished.decrementAndGet() == 0) {
        LockSupport.unpark(waiting);
      }
    }
  }

  /** Others finish the chunks that they run: soon, unless there are more threads than cores. */
  private void await() {
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        park();
      }
    }
  }

  private void park() {
    waiting = Thread.currentThread();
    if (unfinished.get() > 0) {
      LockSupport.park(this);
    }
    waiting = null;
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
    private final int index;
    private volatile boolean parked;

    Worker(int index) {
      super("tokenlane-vector-" + index);
      this.index = index;
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      while (awaitWork()) {
        runChunks(index);
      }
    }

    /** Waits until there is a chunk to claim; false when closed. */
    private boolean awaitWork() {
      for (int spins = 0; unclaimed.get() == 0; spins++) {
        if (closed) {
          return false;
        }
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          park();
        }
      }
      return true;
    }

    /** Raises the flag before the last look, so that a caller sees it or its work is seen. */
    private void park() {
      parked = true;
      if (unclaimed.get() == 0 && !closed) {
        LockSupport.park(Workers.this);
      }
      parked = false;
    }
  }
}
