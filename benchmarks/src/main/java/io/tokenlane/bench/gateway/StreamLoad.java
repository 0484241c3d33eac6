package io.tokenlane.bench.gateway;

import io.tokenlane.bench.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Streams that are read as they come, on a connection each. */
final class StreamLoad {
  private StreamLoad() {}

  /**
   * What was seen.
   *
   * @param events all of them
   * @param merged chunks with more than one event
   * @param firstMillis from sending to the first event
   * @param passMillis from an event's making to its coming
   * @param failed streams that did not end with {@code [DONE]}
   * @param seconds it took
   */
  record Seen(
      long events,
      long merged,
      Samples firstMillis,
      Samples passMillis,
      int failed,
      double seconds) {}

  /** A call that streams so many tokens, so many milliseconds apart. */
  static byte[] call(int tokens, int pauseMillis) {
    return RawConnection.request(
        "POST",
        "/v1/chat/completions",
        ("{\"model\":\"m\",\"stream\":true,\"max_tokens\": %d,\"seed\": %d,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Go.\"}]}")
            .formatted(tokens, pauseMillis));
  }

  /** So many streams at once, each so often. */
  static Seen run(int port, byte[] call, int atOnce, int each) throws InterruptedException {
    return run(port, call, atOnce, each, 0);
  }

  /** The same, begun one after the other over so many seconds. */
  static Seen run(int port, byte[] call, int atOnce, int each, double overSeconds)
      throws InterruptedException {
    Tally tally = new Tally();
    List<Thread> threads = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < atOnce; i++) {
      long due = start + (long) (overSeconds * 1e9 * i / atOnce);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      threads.add(Thread.ofPlatform().start(() -> tally.read(port, call, each)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return tally.seen((System.nanoTime() - start) / 1e9);
  }

  private static final class Tally {
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':', ' '};
    private static final byte[] AT = {'"', 'a', 't', '"', ':'};

    private final LongAdder events = new LongAdder();
    private final LongAdder merged = new LongAdder();
    private final AtomicInteger failed = new AtomicInteger();
    private final Samples first = new Samples();
    private final Samples passed = new Samples();

    void read(int port, byte[] call, int times) {
      for (int i = 0; i < times; i++) {
        try (RawConnection connection = new RawConnection(port)) {
          stream(connection, call);
        } catch (IOException broken) {
          failed.incrementAndGet();
        }
      }
    }

    private void stream(RawConnection connection, byte[] call) throws IOException {
      long begin = System.nanoTime();
      connection.send(call);
      boolean good = connection.readHead() == 200;
      boolean begun = false;
      boolean done = false;
      for (int size = connection.readChunk(); size > 0; size = connection.readChunk()) {
        long now = System.nanoTime();
        byte[] chunk = connection.chunk();
        int found = count(chunk, size);
        done |= endsWithDone(chunk, size);
        int real = found - (done ? 1 : 0);
        events.add(real);
        merged.add(real > 1 ? 1 : 0);
        long at = madeAt(chunk, size);
        if (!begun) {
          add(first, (now - begin) / 1e6);
        } else if (at > 0 && real == 1) {
          add(passed, (now - at) / 1e6);
        }
        begun = true;
      }
      if (!good || !done) {
        failed.incrementAndGet();
      }
    }

    private static void add(Samples samples, double value) {
      synchronized (samples) {
        samples.add(value);
      }
    }

    private static int count(byte[] chunk, int size) {
      int found = 0;
      for (int i = 0; i + DATA.length <= size; i++) {
        if (chunk[i] == 'd' && at(chunk, i, DATA)) {
          found++;
        }
      }
      return found;
    }

    private static boolean at(byte[] chunk, int i, byte[] text) {
      return java.util.Arrays.equals(chunk, i, i + text.length, text, 0, text.length);
    }

    private static boolean endsWithDone(byte[] chunk, int size) {
      return size >= 14 && chunk[size - 3] == ']' && chunk[size - 4] == 'E';
    }

    private static long madeAt(byte[] chunk, int size) {
      for (int i = 0; i + AT.length < size; i++) {
        if (chunk[i] == '"' && at(chunk, i, AT)) {
          long value = 0;
          for (int j = i + AT.length; chunk[j] >= '0' && chunk[j] <= '9'; j++) {
            value = value * 10 + chunk[j] - '0';
          }
          return value;
        }
      }
      return 0;
    }

    Seen seen(double seconds) {
      return new Seen(events.sum(), merged.sum(), first, passed, failed.get(), seconds);
    }
  }
}
