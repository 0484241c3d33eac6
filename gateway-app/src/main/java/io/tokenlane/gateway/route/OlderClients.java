package io.tokenlane.gateway.route;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import reactor.netty.NettyPipeline;

/**
 * Sends clients of HTTP/1.0 no chunks, which they do not know (RFC 9112 §6.1): an answer of unknown
 * length ends with its connection, which Reactor Netty closes where it sees neither a length nor
 * chunks. Sits behind its handler that lets in one request at a time.
 */
final class OlderClients extends ChannelDuplexHandler {
  static final String NAME = "tokenlane.olderClients";

  private boolean older;

  private OlderClients() {}

  /** Guards an HTTP/1.1 connection; others stay as they are. */
  static void guard(ChannelPipeline pipeline) {
    if (pipeline.get(NettyPipeline.HttpTrafficHandler) != null) {
      pipeline.addAfter(NettyPipeline.HttpTrafficHandler, NAME, new OlderClients());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      older = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (older && message instanceof HttpResponse response) {
      response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
    }
    var _ = context.write(message, promise);
  }
}
