package io.tokenlane.gateway.route;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import reactor.netty.NettyPipeline;

/**
 * Takes what guards requests out of a connection that is switched to another protocol (RFC 9110
 * §15.2.2): what comes on it from then on is no request.
 */
final class UntilSwitched extends ChannelOutboundHandlerAdapter {
  private static final String NAME = "tokenlane.untilSwitched";

  private final List<String> guards;

  private UntilSwitched(List<String> guards) {
    this.guards = guards;
  }

  /**
   * Watches an HTTP/1.1 connection; others stay as they are.
   *
   * @param guards names of handlers
   */
  static void guard(ChannelPipeline pipeline, List<String> guards) {
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      pipeline.addAfter(NettyPipeline.HttpCodec, NAME, new UntilSwitched(guards));
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    var _ = context.write(message, promise);
    if (message instanceof HttpResponse response
        && response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      guards.forEach(name -> remove(context.pipeline(), name));
      remove(context.pipeline(), NAME);
    }
  }

  private static void remove(ChannelPipeline pipeline, String name) {
    ChannelHandler there = pipeline.get(name);
    if (there != null) {
      pipeline.remove(there);
    }
  }
}
