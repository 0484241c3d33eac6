package io.tokenlane.gateway.route;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import reactor.netty.NettyPipeline;

/**
 * Reads on once every request that came has its answer. Reactor Netty 1.3.8 reads on demand and
 * forgets to where a request that had to wait for the end of the one before is answered at once
 * (its issue 4361): the connection stays open, and the next request on it is never seen. One read
 * more than needed does no harm.
 */
public final class ReadOn extends ChannelDuplexHandler {
  static final String NAME = "tokenlane.readOn";

  private int awaited;

  private ReadOn() {}

  /** Guards an HTTP/1.1 connection; others stay as they are. */
  public static void guard(ChannelPipeline pipeline) {
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      pipeline.addAfter(HeaderDeadline.behindCodec(pipeline), NAME, new ReadOn());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest) {
      awaited++;
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!(message instanceof LastHttpContent) || interim(message)) {
      var _ = context.write(message, promise);
      return;
    }
    awaited--;
    // Behind whatever Reactor Netty does at the end of an answer.
    var _ =
        context
            .write(message, promise.unvoid())
            .addListener(written -> context.executor().execute(() -> readOn(context)));
  }

  private void readOn(ChannelHandlerContext context) {
    if (awaited == 0 && context.channel().isActive() && !context.channel().config().isAutoRead()) {
      context.read();
    }
  }

  private static boolean interim(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }
}
