package io.tokenlane.gateway.cache;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.tokenlane.gateway.route.HeaderDeadline;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import reactor.netty.NettyPipeline;

/**
 * Answers {@link FastHits} between the codec and Reactor Netty, which never sees their requests;
 * and only while no earlier request of the connection awaits its answer, so that answers keep their
 * order.
 */
final class FastHitHandler extends ChannelDuplexHandler {
  private final FastHits fast;
  private int awaited;
  private boolean swallowing;
  private boolean answered;

  private FastHitHandler(FastHits fast) {
    this.fast = fast;
  }

  /** Puts a handler into every connection that speaks HTTP/1.1. */
  static NettyServerCustomizer customizer(FastHits fast) {
    return server ->
        server.doOnChannelInit(
            (observer, channel, address) -> {
              if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
                channel
                    .pipeline()
                    .addAfter(
                        HeaderDeadline.behindCodec(channel.pipeline()),
                        "tokenlane.hits",
                        new FastHitHandler(fast));
              }
            });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      @Nullable FullHttpResponse response =
          awaited == 0 ? fast.answer(request, client(context)) : null;
      if (response != null) {
        swallowing = !(message instanceof LastHttpContent);
        answered = true;
        ReferenceCountUtil.release(message);
        var _ = context.write(response);
        return;
      }
      awaited++;
    } else if (swallowing) {
      swallowing = !(message instanceof LastHttpContent);
      ReferenceCountUtil.release(message);
      return;
    }
    context.fireChannelRead(message);
  }

  private static String client(ChannelHandlerContext context) {
    return context.channel().remoteAddress() instanceof InetSocketAddress address
        ? address.getHostString()
        : "";
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (answered) {
      answered = false;
      context.flush();
      if (!context.channel().config().isAutoRead()) {
        context.read();
      }
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof LastHttpContent && !interim(message)) {
      awaited--;
    }
    var _ = context.write(message, promise);
  }

  private static boolean interim(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }
}
