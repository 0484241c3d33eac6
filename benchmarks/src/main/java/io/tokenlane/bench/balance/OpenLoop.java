package io.tokenlane.bench.balance;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.util.Loggers;

/**
 * Sends requests at random times (Poisson) whatever became of those before, and counts each one's
 * time from when it was due, so that a slow answer cannot delay what would have shown it
 * (coordinated omission, Tene).
 */
final class OpenLoop implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Timeouts are counted; the client's warnings of each would drown the table. */
  private static final Logger CLIENT_LOG = Logger.getLogger("reactor");

  private final ConnectionProvider connections =
      ConnectionProvider.builder("open-loop").maxConnections(4_000).build();
  private final HttpClient client = HttpClient.create(connections).responseTimeout(PATIENCE);

  /**
   * What came out.
   *
   * @param latencies milliseconds from when a request was due, of good answers
   * @param waits the same less the time of service
   * @param errors share of the requests without a good answer
   */
  record Measured(Quantiles latencies, Quantiles waits, double errors) {}

  /**
   * Before the first of Reactor Netty's classes, backends' too, has its logger: clients and servers
   * share some.
   */
  static void keepSilent() {
    Loggers.useJdkLoggers();
    CLIENT_LOG.setLevel(Level.OFF);
  }

  /** Sends the requests to a port, each when it is due from now on; waits for all answers. */
  Measured run(int port, Requests requests) throws InterruptedException {
    Run run = new Run(URI.create("http://127.0.0.1:" + port + "/bench/"));
    run.send(requests);
    return run.measured();
  }

  @Override
  public void close() {
    connections.dispose();
  }

  private final class Run {
    private final URI uri;
    private final Quantiles latencies = new Quantiles();
    private final Quantiles waits = new Quantiles();
    private final AtomicInteger failed = new AtomicInteger();
    private final Phaser open = new Phaser(1);

    Run(URI uri) {
      this.uri = uri;
    }

    void send(Requests requests) {
      long begin = System.nanoTime();
      for (int i = 0; i < requests.count(); i++) {
        long due = begin + (long) (requests.due(i) * 1e6);
        while (due - System.nanoTime() > 0) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        String path = i + "-" + (long) (requests.work(i) * 1e3);
        send(due, path, requests.counts(i));
      }
    }

    private void send(long due, String name, boolean counts) {
      open.register();
      String path = uri + name;
      var _ =
          client
              .get()
              .uri(path)
              .responseSingle(
                  (response, body) ->
                      body.asString()
                          .map(
                              text ->
                                  response.status().code() == 200
                                      ? response.responseHeaders().get(Backends.SERVICE, "")
                                      : ""))
              .timeout(PATIENCE)
              .onErrorReturn("")
              .defaultIfEmpty("")
              .doFinally(signal -> open.arriveAndDeregister())
              .subscribe(micros -> answered(due, counts, micros));
    }

    private synchronized void answered(long due, boolean counts, String micros) {
      if (!counts) {
        return;
      }
      if (micros.isEmpty()) {
        failed.incrementAndGet();
        latencies.add((double) PATIENCE.toMillis());
        return;
      }
      double latency = (System.nanoTime() - due) / 1e6;
      latencies.add(latency);
      waits.add(Math.max(0, latency - Long.parseLong(micros) / 1e3));
    }

    Measured measured() throws InterruptedException {
      try {
        open.awaitAdvanceInterruptibly(open.arrive(), 2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (java.util.concurrent.TimeoutException late) {
        throw new IllegalStateException("requests still open (expected: all ended)", late);
      }
      synchronized (this) {
        return new Measured(
            latencies, waits, (double) failed.get() / Math.max(1, latencies.count()));
      }
    }
  }
}
