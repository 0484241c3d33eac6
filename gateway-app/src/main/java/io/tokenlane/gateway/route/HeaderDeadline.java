package io.tokenlane.gateway.route;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Closes a connection on which a request's line and fields are not complete in time: a client that
 * sends them byte by byte would hold it for ever. Sits before the codec, where bytes come, and has
 * an observer behind it, where requests come. A request that comes in one piece costs no timer.
 */
public final class HeaderDeadline extends ChannelInboundHandlerAdapter {
  static final String NAME = "tokenlane.headerDeadline";
  static final String SEEN = "tokenlane.headersSeen";

  private final Duration limit;
  private boolean inBody;
  private boolean begun;
  private @Nullable Future<?> timer;

  private HeaderDeadline(Duration limit) {
    this.limit = limit;
  }

  /** Guards an HTTP/1.1 connection; others stay as they are. */
  static void guard(ChannelPipeline pipeline, Duration limit) {
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      HeaderDeadline deadline = new HeaderDeadline(limit);
      pipeline.addBefore(NettyPipeline.HttpCodec, NAME, deadline);
      pipeline.addAfter(NettyPipeline.HttpCodec, SEEN, deadline.new Observer());
    }
  }

  /**
   * The handler behind which others may answer requests: the observer must see them first, or it
   * would take a request that was answered for one whose fields never came; and what is no request
   * must have been refused.
   */
  public static String behindCodec(ChannelPipeline pipeline) {
    if (pipeline.get(SoundRequests.NAME) != null) {
      return SoundRequests.NAME;
    }
    return pipeline.get(SEEN) == null ? NettyPipeline.HttpCodec : SEEN;
  }

  /** The handler before which others may answer bytes: this one would wait for their request. */
  public static String beforeCodec(ChannelPipeline pipeline) {
    return pipeline.get(NAME) == null ? NettyPipeline.HttpCodec : NAME;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (!inBody) {
      begun = true;
    }
    context.fireChannelRead(bytes);
    if (begun && timer == null && context.channel().isActive()) {
      timer =
          context.executor().schedule(() -> cut(context), limit.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private static void cut(ChannelHandlerContext context) {
    var _ = context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    rest();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    rest();
  }

  private void rest() {
    Future<?> running = timer;
    if (running != null) {
      running.cancel(false);
      timer = null;
    }
  }

  /** Sees what the codec made of the bytes. */
  private final class Observer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest) {
        begun = false;
        inBody = true;
        rest();
      }
      if (message instanceof LastHttpContent) {
        inBody = false;
      }
      context.fireChannelRead(message);
    }
  }
}
