package io.tokenlane.gateway.route;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.netty.FutureMono;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/**
 * The event loops of the whole gateway, servers and clients, as Reactor Netty makes them but for
 * {@link OwnEvents}. A client's connection is served by the loop that asks for it.
 */
public final class EventLoops implements LoopResources {
  private static @Nullable EventLoops current;

  private final EventLoopGroup servers;
  private final EventLoopGroup acceptors;
  private final EventLoopGroup clients;

  /** Of epoll, which must be there. */
  EventLoops(int loops) {
    this.servers = group(loops, "reactor-http-epoll-");
    this.acceptors =
        DEFAULT_IO_SELECT_COUNT > 0
            ? group(DEFAULT_IO_SELECT_COUNT, "reactor-http-select-epoll-")
            : servers;
    this.clients = LoopResources.colocate(servers);
  }

  /**
   * Makes these the event loops of all servers and clients that name none. Where there is no epoll,
   * or it is not wanted, Reactor Netty's own stay.
   */
  public static synchronized void use() {
    if (DEFAULT_NATIVE && Epoll.isAvailable() && (current == null || current.isDisposed())) {
      current = new EventLoops(DEFAULT_IO_WORKER_COUNT);
      HttpResources.set(current);
    }
  }

  private static EventLoopGroup group(int loops, String name) {
    AtomicInteger count = new AtomicInteger();
    ThreadFactory threads = run -> new Loop(run, name + count.incrementAndGet());
    return new MultiThreadIoEventLoopGroup(loops, threads, OwnEvents.factory());
  }

  @Override
  public EventLoopGroup onServer(boolean useNative) {
    return servers;
  }

  @Override
  public EventLoopGroup onServerSelect(boolean useNative) {
    return acceptors;
  }

  @Override
  public EventLoopGroup onClient(boolean useNative) {
    return clients;
  }

  @Override
  public boolean daemon() {
    return true;
  }

  @Override
  public boolean isDisposed() {
    return servers.isShuttingDown();
  }

  @Override
  public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
    return Mono.defer(
        () ->
            Mono.when(
                ended(acceptors, quietPeriod, timeout), ended(servers, quietPeriod, timeout)));
  }

  @SuppressWarnings("unchecked") // it never has a value
  private static Mono<Void> ended(EventLoopGroup group, Duration quietPeriod, Duration timeout) {
    Future<?> end =
        group.shutdownGracefully(quietPeriod.toMillis(), timeout.toMillis(), TimeUnit.MILLISECONDS);
    return FutureMono.from((Future<Void>) end);
  }

  /** Reactor refuses to block on it. */
  private static final class Loop extends FastThreadLocalThread implements NonBlocking {
    private Loop(Runnable run, String name) {
      super(run, name);
      setDaemon(true);
    }
  }
}
