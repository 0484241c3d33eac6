package io.tokenlane.bench.gateway;

import io.tokenlane.bench.Samples;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Streamed calls at a steady rate while something goes wrong, and how each of them ended. */
final class CallLoad {
  /** What a client saw. */
  enum End {
    /** All of it. */
    GOOD,
    /** A clear refusal (429, 503) before anything else. */
    REFUSED,
    /** Another error, or none at all, before the first event. */
    LOST,
    /** A stream that ended with an error event and {@code [DONE]}. */
    TOLD,
    /** A stream that ended without a word. */
    SILENT
  }

  private final int port;
  private final byte[] call;
  private final Map<End, Integer> ends = new EnumMap<>(End.class);
  private final Samples firstMillis = new Samples();
  private double lastBad = Double.NEGATIVE_INFINITY;

  CallLoad(int port, byte[] call) {
    this.port = port;
    this.call = call;
  }

  /** Sends; {@code trouble} begins after {@code calmSeconds}. */
  void run(double perSecond, double calmSeconds, double seconds, Runnable trouble)
      throws InterruptedException {
    SplittableRandom random = new SplittableRandom(11);
    List<Thread> threads = new ArrayList<>();
    long start = System.nanoTime();
    Thread fault =
        Thread.ofPlatform()
            .start(
                () -> {
                  LockSupport.parkNanos((long) (calmSeconds * 1e9));
                  trouble.run();
                });
    for (double at = 0; at < seconds; at -= Math.log(1 - random.nextDouble()) / perSecond) {
      long due = start + (long) (at * 1e9);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      double since = at - calmSeconds;
      threads.add(Thread.ofVirtual().start(() -> ended(one(), since)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    fault.join();
  }

  private synchronized void ended(End end, double sinceFault) {
    ends.merge(end, 1, Integer::sum);
    if (end != End.GOOD) {
      lastBad = Math.max(lastBad, sinceFault);
    }
  }

  private End one() {
    boolean begun = false;
    try (RawConnection connection = new RawConnection(port)) {
      long sent = System.nanoTime();
      connection.send(call);
      int status = connection.readHead();
      if (status != 200) {
        return status == 503 || status == 429 ? End.REFUSED : End.LOST;
      }
      String last = "";
      boolean error = false;
      for (int size = connection.readChunk(); size > 0; size = connection.readChunk()) {
        if (!begun) {
          begun = true;
          first((System.nanoTime() - sent) / 1e6);
        }
        last = new String(connection.chunk(), 0, size, StandardCharsets.UTF_8);
        error |= last.contains("data: {\"error\"");
      }
      boolean done = last.endsWith("data: [DONE]\n\n");
      return !done ? End.SILENT : error ? End.TOLD : End.GOOD;
    } catch (EOFException cut) {
      return begun ? End.SILENT : End.LOST;
    } catch (IOException broken) {
      return begun ? End.SILENT : End.LOST;
    }
  }

  private synchronized void first(double millis) {
    firstMillis.add(millis);
  }

  int count(End end) {
    return ends.getOrDefault(end, 0);
  }

  int all() {
    return ends.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Seconds from the fault until the last call was sent that did not end well; 0 where all did. */
  double secondsToNormal() {
    return Math.max(0, lastBad);
  }

  double firstMillis(double percentile) {
    return firstMillis.percentile(percentile);
  }
}
