package io.tokenlane.gateway.error;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.FutureMono;

/** Ends the connection of an answer that broke off, over HTTP/2 its stream. */
final class BrokenAnswer {
  /** How long what was written may take to go out. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private BrokenAnswer() {}

  /**
   * Closes a channel behind what was written to it, or without that where it does not go out in
   * time: a client that reads no more must not keep its connection for that.
   *
   * @param byReset where an orderly end may be taken for that of the answer, as by HTTP/1.0
   * @return empty when the channel is closed
   */
  static Mono<Void> end(Channel channel, boolean byReset) {
    if (byReset) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    Future<?> late =
        channel.eventLoop().schedule(() -> close(channel), PATIENCE.toMillis(), MILLISECONDS);
    return FutureMono.from(channel.closeFuture().addListener(closed -> late.cancel(false)));
  }

  private static void close(Channel channel) {
    var _ = channel.close();
  }
}
