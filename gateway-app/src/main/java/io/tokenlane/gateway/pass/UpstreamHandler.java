package io.tokenlane.gateway.pass;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** The upstream's end of what is passed; idle between two exchanges. */
final class UpstreamHandler extends ChannelInboundHandlerAdapter {
  private @Nullable PassExchange exchange;

  void serves(@Nullable PassExchange next) {
    this.exchange = next;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    PassExchange now = exchange;
    if (now == null) {
      // An answer that nobody asked for: the connection is not in order.
      ReferenceCountUtil.release(message);
      var _ = context.close();
    } else {
      now.received(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    PassExchange now = exchange;
    if (now != null) {
      now.flush();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    PassExchange now = exchange;
    exchange = null;
    if (now != null) {
      now.upstreamGone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // The connection's end is told by channelInactive.
    var _ = context.close();
  }
}
