package io.tokenlane.gateway.cache;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpOperations;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServerRequest;
import reactor.util.context.Context;

/**
 * Passes interim responses on (RFC 9110 §15.2, RFC 8297): Reactor Netty knows 100 and 101 only, and
 * takes any other 1xx for the final one. What the upstream connection receives goes, as text, right
 * behind the codec of the client's connection: the codec counts responses and must not see it. A
 * client of HTTP/1.0 knows of none (§15.2).
 */
final class Interims implements HttpClientCustomizer {
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int CONTINUE = 100;
  private static final AttributeKey<Consumer<HttpResponse>> TO_CLIENT =
      AttributeKey.valueOf(Interims.class, "client");

  @Override
  public HttpClient customize(HttpClient client) {
    return client
        .doOnChannelInit((observer, channel, address) -> intercept(channel))
        .doOnRequest(
            (request, connection) ->
                connection
                    .channel()
                    .attr(TO_CLIENT)
                    .set(request.currentContextView().getOrDefault(Interims.class, null)));
  }

  private static void intercept(Channel channel) {
    if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
      channel.pipeline().addAfter(NettyPipeline.HttpCodec, "tokenlane.interims", new Interceptor());
    }
  }

  /** Tells upstream connections, by the subscriber's context, who is to have interim responses. */
  static Context to(ServerWebExchange exchange, Context context) {
    boolean get = exchange.getRequest().getMethod().equals(HttpMethod.GET);
    Consumer<HttpResponse> client = interim -> pass(exchange, interim);
    return get ? context.put(Interims.class, client) : context;
  }

  private static void pass(ServerWebExchange exchange, HttpResponse interim) {
    ServerHttpResponse response = exchange.getResponse();
    Object client = ServerHttpResponseDecorator.getNativeResponse(response);
    boolean understood =
        client instanceof HttpServerRequest request
            && request.version().equals(HttpVersion.HTTP_1_1);
    if (understood
        && client instanceof HttpOperations<?, ?> operations
        && !response.isCommitted()) {
      Channel channel = operations.channel();
      if (channel.eventLoop().inEventLoop()) {
        // The final response may follow in the same read.
        write(channel, interim);
      } else {
        channel.eventLoop().execute(() -> write(channel, interim));
      }
    }
  }

  private static void write(Channel channel, HttpResponse interim) {
    ChannelHandlerContext codec = channel.pipeline().context(NettyPipeline.HttpCodec);
    if (codec != null) {
      var _ = codec.writeAndFlush(text(channel, interim));
    }
  }

  private static ByteBuf text(Channel channel, HttpResponse interim) {
    StringBuilder text = new StringBuilder("HTTP/1.1 ").append(interim.status()).append("\r\n");
    interim
        .headers()
        .forEach(h -> text.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
    return ByteBufUtil.writeAscii(channel.alloc(), text.append("\r\n"));
  }

  /** Takes interim responses out of the stream of messages. */
  private static final class Interceptor extends ChannelInboundHandlerAdapter {
    private boolean swallowing;
    private boolean swallowed;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpResponse response && interim(response)) {
        swallowing = !(message instanceof LastHttpContent);
        swallowed = true;
        @Nullable Consumer<HttpResponse> client = context.channel().attr(TO_CLIENT).get();
        if (client != null) {
          client.accept(response);
        }
        ReferenceCountUtil.release(message);
      } else if (swallowing && message instanceof LastHttpContent) {
        swallowing = false;
        ReferenceCountUtil.release(message);
      } else {
        context.fireChannelRead(message);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.fireChannelReadComplete();
      // What was swallowed answered nobody's read.
      if (swallowed && !context.channel().config().isAutoRead()) {
        context.read();
      }
      swallowed = false;
    }

    private static boolean interim(HttpResponse response) {
      int code = response.status().code();
      return response.status().codeClass() == HttpStatusClass.INFORMATIONAL
          && code != SWITCHING_PROTOCOLS
          && code != CONTINUE;
    }
  }
}
