package io.tokenlane.gateway.pass;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.resolver.AddressResolverGroup;
import io.tokenlane.gateway.route.UpstreamGuard;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/**
 * Connections to upstreams that belong to one event loop, so that a request and its answer never
 * change threads. The one used last is used next; those idle for too long are closed when the next
 * one is taken or given back. Only called on that event loop.
 */
final class UpstreamConnections {
  /** A connection that an upstream kept open for less than this could be closing already. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final int MOST_IDLE = 256;

  private final Map<String, ArrayDeque<Idle>> idle = new HashMap<>();
  private final EventLoop loop;
  private final LoopResources transport;
  private final AddressResolverGroup<?> resolver;
  private final int connectMillis;
  private final UpstreamGuard guard;
  private final LongSupplier clock;

  /**
   * How connections are made.
   *
   * @param transport the channels of the event loops
   * @param resolver of upstreams' names, without blocking
   * @param millis how long it may take
   * @param guard looks where they lead
   */
  record Connecting(
      LoopResources transport, AddressResolverGroup<?> resolver, int millis, UpstreamGuard guard) {}

  private record Idle(Channel channel, long sinceNanos) {}

  UpstreamConnections(EventLoop loop, Connecting how, LongSupplier clock) {
    this.loop = loop;
    this.transport = how.transport();
    this.resolver = how.resolver();
    this.connectMillis = how.millis();
    this.guard = how.guard();
    this.clock = clock;
  }

  /** A connection that served before; null where there is none. */
  @Nullable Channel used(PassOrigin target) {
    ArrayDeque<Idle> free = idle.get(target.authority());
    for (Idle next = free == null ? null : free.pollLast();
        next != null;
        next = free == null ? null : free.pollLast()) {
      if (next.channel().isActive() && clock.getAsLong() - next.sinceNanos() < IDLE_NANOS) {
        return next.channel();
      }
      var _ = next.channel().close();
    }
    return null;
  }

  /** A new connection, under way. */
  ChannelFuture connect(PassOrigin target) {
    return new Bootstrap()
        .group(loop)
        .channelFactory(() -> transport.onChannel(SocketChannel.class, loop.parent()))
        .resolver(resolver)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                guard.guard(channel.pipeline());
                channel
                    .pipeline()
                    .addLast(
                        new HttpClientCodec(new HttpDecoderConfig(), false, false),
                        new UpstreamHandler());
              }
            })
        .connect(target.host(), target.port());
  }

  /** Keeps a connection for the next request. */
  void free(PassOrigin target, Channel channel) {
    ArrayDeque<Idle> free =
        idle.computeIfAbsent(target.authority(), authority -> new ArrayDeque<>());
    free.addLast(new Idle(channel, clock.getAsLong()));
    Idle oldest = free.peekFirst();
    while (oldest != null
        && (free.size() > MOST_IDLE
            || !oldest.channel().isActive()
            || clock.getAsLong() - oldest.sinceNanos() > IDLE_NANOS)) {
      free.removeFirst();
      var _ = oldest.channel().close();
      oldest = free.peekFirst();
    }
  }
}
