package io.tokenlane.bench.gateway;

import io.tokenlane.bench.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at random times (Poisson), at a rate that does not depend on the answers. A request's
 * time counts from when it was due where earlier ones held it up (coordinated omission, Tene), and
 * otherwise from when it was sent, so that the clock of this process is not measured.
 */
final class SteadyLoad {
  private static final int CONNECTIONS = 48;

  private SteadyLoad() {}

  /**
   * Outcome of one run.
   *
   * @param millis of good answers
   * @param failed requests without one
   */
  record Result(Samples millis, int failed) {}

  static Result run(int port, byte[] request, double perSecond, double seconds) throws Exception {
    long[] due = due(perSecond, seconds);
    AtomicInteger next = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    Samples millis = new Samples();
    long start = System.nanoTime() + 50_000_000;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    Sender sender = new Sender(port, request);
                    for (int n = next.getAndIncrement();
                        n < due.length;
                        n = next.getAndIncrement()) {
                      double took = sender.send(start + due[n]);
                      if (Double.isNaN(took)) {
                        failed.incrementAndGet();
                      } else {
                        synchronized (millis) {
                          millis.add(took);
                        }
                      }
                    }
                    sender.close();
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return new Result(millis, failed.get());
  }

  private static long[] due(double perSecond, double seconds) {
    SplittableRandom random = new SplittableRandom(7);
    long[] due = new long[(int) (perSecond * seconds)];
    double at = 0;
    for (int i = 0; i < due.length; i++) {
      at -= Math.log(1 - random.nextDouble()) / perSecond * 1e9;
      due[i] = (long) at;
    }
    return due;
  }

  /** One connection, made anew where it broke. */
  private static final class Sender {
    private final int port;
    private final byte[] request;
    private @org.jspecify.annotations.Nullable RawConnection connection;

    Sender(int port, byte[] request) {
      this.port = port;
      this.request = request;
    }

    /** Milliseconds it took; NaN where there was no good answer. */
    double send(long dueNanos) {
      long begin = System.nanoTime() > dueNanos ? dueNanos : await(dueNanos);
      try {
        RawConnection open = connection == null ? new RawConnection(port) : connection;
        connection = open;
        int status = open.exchange(request);
        return status == 200 ? (System.nanoTime() - begin) / 1e6 : Double.NaN;
      } catch (IOException broken) {
        close();
        return Double.NaN;
      }
    }

    private static long await(long dueNanos) {
      for (long now = System.nanoTime(); now < dueNanos; now = System.nanoTime()) {
        LockSupport.parkNanos(dueNanos - now);
      }
      return System.nanoTime();
    }

    void close() {
      try {
        if (connection != null) {
          connection.close();
        }
      } catch (IOException alreadyClosed) {
        // It was to be closed.
      }
      connection = null;
    }
  }
}
