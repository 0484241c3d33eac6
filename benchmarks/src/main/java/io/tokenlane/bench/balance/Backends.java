package io.tokenlane.bench.balance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Backends on real sockets: each serves four requests at once for lognormal times of mean 50 ms at
 * speed 1, and queues the others. The work that a request asks for is told by its path, in
 * microseconds behind the last hyphen; an answer tells in {@value #SERVICE} how long it was served
 * and in {@value #WHOSE} whose it is.
 */
final class Backends implements AutoCloseable {
  static final String SERVICE = "x-service-micros";

  static final String WHOSE = "x-backends";
  static final int SLOTS = 4;

  /** Tells these backends from those of another benchmark on this machine. */
  private final String name = UUID.randomUUID().toString();

  private final ScheduledExecutorService clock = new ScheduledThreadPoolExecutor(1);
  private final Scheduler turns = Schedulers.fromExecutorService(clock);
  private final List<Backend> backends = new ArrayList<>();

  /** As many backends, each on a port of its own. */
  Backends(int count) {
    for (int i = 0; i < count; i++) {
      backends.add(new Backend());
    }
  }

  String name() {
    return name;
  }

  List<Integer> ports() {
    return backends.stream().map(backend -> backend.port).toList();
  }

  /** All well again, with these speeds. */
  void reset(List<Double> speeds) {
    for (int i = 0; i < backends.size(); i++) {
      backends.get(i).reset(speeds.get(i));
    }
  }

  Backend get(int index) {
    return backends.get(index);
  }

  void after(double seconds, Runnable action) {
    var _ = clock.schedule(action, (long) (seconds * 1e9), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    backends.forEach(Backend::die);
    clock.shutdownNow();
  }

  /**
   * A request in the queue.
   *
   * @param work nanoseconds at speed 1
   * @param run of which it is
   */
  private record Asked(MonoSink<Long> sink, double work, int run) {}

  /** One of them; everything but the sockets happens on the clock's thread. */
  final class Backend {
    private final int port;
    private final Deque<Asked> queue = new ArrayDeque<>();
    private final List<Connection> connections = new ArrayList<>();
    private @Nullable DisposableServer server;
    private volatile double speed = 1;
    private volatile boolean failing;
    private volatile long firstAfterReturn;
    private long returnedAt;
    private long pausedUntil;
    private int serving;
    private int run;

    Backend() {
      DisposableServer bound = bind(0);
      this.server = bound;
      this.port = bound.port();
    }

    private DisposableServer bind(int wanted) {
      return HttpServer.create()
          .host("127.0.0.1")
          .port(wanted)
          .doOnConnection(this::connected)
          .handle((request, response) -> answer(request.uri(), response))
          .bindNow();
    }

    private synchronized void connected(Connection connection) {
      connections.add(connection);
      connections.removeIf(known -> !known.channel().isOpen());
    }

    private Mono<Void> answer(String uri, HttpServerResponse response) {
      if (uri.startsWith("/health")) {
        return response.sendString(Mono.just("well")).then();
      }
      if (!uri.startsWith("/bench/")) {
        return response.sendNotFound();
      }
      if (failing) {
        return response.status(500).sendString(Mono.just("failing")).then();
      }
      double work = Double.parseDouble(uri.substring(uri.lastIndexOf('-') + 1)) * 1e3;
      return Mono.<Long>create(sink -> offer(new Asked(sink, work, run)))
          .subscribeOn(turns)
          .flatMap(
              micros ->
                  response
                      .header(SERVICE, Long.toString(micros))
                      .header(WHOSE, name)
                      .header("Cache-Control", "no-store")
                      .sendString(Mono.just("served"))
                      .then());
    }

    private void offer(Asked call) {
      if (returnedAt != 0 && firstAfterReturn == 0) {
        firstAfterReturn = System.nanoTime();
      }
      queue.add(call);
      serve();
    }

    private void serve() {
      while (serving < SLOTS && !queue.isEmpty()) {
        Asked call = queue.remove();
        serving++;
        long nanos = (long) (call.work() / speed);
        long now = System.nanoTime();
        finishAt(call, nanos, Math.max(now, pausedUntil) + nanos);
      }
    }

    private void finishAt(Asked call, long nanos, long due) {
      long left = due - System.nanoTime();
      var _ = clock.schedule(() -> finish(call, nanos, due), left, TimeUnit.NANOSECONDS);
    }

    /** What its own clock was late by is service: no proxy could have made it shorter. */
    private void finish(Asked call, long nanos, long due) {
      long now = System.nanoTime();
      if (call.run() != run) {
        call.sink().success(0L);
        return;
      }
      if (pausedUntil - now > 0) {
        finishAt(call, nanos, pausedUntil);
        return;
      }
      serving--;
      call.sink().success((nanos + now - due) / 1_000);
      serve();
    }

    private void reset(double next) {
      comeBack();
      clock.execute(this::forget);
      speed = next;
      failing = false;
      returnedAt = 0;
      firstAfterReturn = 0;
    }

    /** What a proxy left in its queue would stand before the next one's requests. */
    private void forget() {
      pausedUntil = 0;
      run++;
      serving = 0;
      queue.forEach(call -> call.sink().success(0L));
      queue.clear();
    }

    /** Stands still from now on. */
    void pause(long millis) {
      pausedUntil = System.nanoTime() + millis * 1_000_000;
    }

    void failing(boolean answersErrors) {
      failing = answersErrors;
    }

    /** Closes its socket and all connections. */
    synchronized void die() {
      DisposableServer running = server;
      if (running != null) {
        running.disposeNow();
        connections.forEach(Connection::dispose);
        connections.clear();
        server = null;
      }
    }

    /** Listens again. */
    synchronized void comeBack() {
      if (server == null) {
        server = bind(port);
        returnedAt = System.nanoTime();
      }
    }

    /** Seconds from the return to the first request; NaN if none came. */
    double backAfter() {
      long first = firstAfterReturn;
      return first == 0 ? Double.NaN : (first - returnedAt) / 1e9;
    }
  }
}
