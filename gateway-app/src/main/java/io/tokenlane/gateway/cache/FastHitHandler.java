package io.tokenlane.gateway.cache;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
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
 * Answers {@link FastHits} between the codec and Reactor Netty, which never sees their requests,
 * and {@link KnownRequests} before the codec, which does not see theirs either; and only while no
 * earlier request of the connection awaits its answer, so that answers keep their order.
 */
final class FastHitHandler extends ChannelDuplexHandler {
  private final FastHits fast;
  private @Nullable String client;
  private int awaited;
  private boolean swallowing;
  private boolean answered;

  /** Set while bytes are decoded that may become known; else nothing is kept of a request. */
  private boolean decoding;

  private int decoded;
  private boolean bodiless;
  private boolean whole;
  private FastHits.@Nullable Answered latest;

  private FastHitHandler(FastHits fast) {
    this.fast = fast;
  }

  /** Puts a handler into every connection that speaks HTTP/1.1. */
  static NettyServerCustomizer customizer(FastHits fast) {
    return server ->
        server.doOnChannelInit(
            (observer, channel, address) -> {
              if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
                add(channel.pipeline(), fast);
              }
            });
  }

  /** Around the codec. */
  static void add(ChannelPipeline pipeline, FastHits fast) {
    FastHitHandler handler = new FastHitHandler(fast);
    pipeline.addAfter(HeaderDeadline.behindCodec(pipeline), "tokenlane.hits", handler);
    Bytes bytes = handler.new Bytes(fast.known());
    pipeline.addBefore(HeaderDeadline.beforeCodec(pipeline), "tokenlane.known", bytes);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    whole = message instanceof LastHttpContent;
    if (message instanceof HttpRequest request) {
      decoded++;
      bodiless = decoding && bodiless(request);
      FastHits.@Nullable Answered hit = awaited == 0 ? fast.answer(request, client(context)) : null;
      if (hit != null) {
        latest = decoding ? hit : null;
        swallowing = !whole;
        answered = true;
        ReferenceCountUtil.release(message);
        var _ = context.write(hit.response());
        return;
      }
      awaited++;
    } else if (swallowing) {
      swallowing = !whole;
      ReferenceCountUtil.release(message);
      return;
    }
    context.fireChannelRead(message);
  }

  private static boolean bodiless(HttpRequest request) {
    HttpHeaders fields = request.headers();
    return request.method().equals(HttpMethod.GET)
        && request.decoderResult().isSuccess()
        && !fields.contains(HttpHeaderNames.CONTENT_LENGTH)
        && !fields.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && !fields.contains(HttpHeaderNames.UPGRADE);
  }

  /** Made once a connection: of an address a new text each time. */
  private String client(ChannelHandlerContext context) {
    String known = client;
    if (known == null) {
      known =
          context.channel().remoteAddress() instanceof InetSocketAddress address
              ? address.getHostString()
              : "";
      client = known;
    }
    return known;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (answered) {
      answered = false;
      send(context);
    }
    context.fireChannelReadComplete();
  }

  private static void send(ChannelHandlerContext context) {
    context.flush();
    if (!context.channel().config().isAutoRead()) {
      context.read();
    }
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

  /**
   * Where bytes come. They are compared with requests that are known only where they must be a
   * request: every read before was one whole GET without a body. The first that was not makes this
   * a connection like any other, for good.
   */
  private final class Bytes extends ChannelInboundHandlerAdapter {
    private static final int EMPTY_LINE = 0x0d0a0d0a;

    private final KnownRequests known;
    private boolean between = true;
    private boolean written;

    private Bytes(KnownRequests known) {
      this.known = known;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!between || !(message instanceof ByteBuf bytes)) {
        context.fireChannelRead(message);
      } else if (awaited == 0 && known.answer(context, bytes, client(context))) {
        bytes.release();
        written = true;
      } else {
        decode(context, bytes);
      }
    }

    private void decode(ChannelHandlerContext context, ByteBuf bytes) {
      int from = bytes.readerIndex();
      int length = bytes.readableBytes();
      decoding = true;
      decoded = 0;
      bytes.retain();
      try {
        context.fireChannelRead(bytes);
        // Who else still holds them has not read all, or waits for more. The codec also lets go of
        // lines that begin a second request: an empty one at the end would have completed it.
        boolean alone = decoded == 1 && bodiless && whole && bytes.refCnt() == 1;
        between = alone && endsEmpty(bytes, from + length);
        if (between && latest != null) {
          known.add(bytes, from, length, latest);
        }
      } finally {
        bytes.release();
        latest = null;
        decoding = false;
      }
    }

    /** Whether the last line before {@code end} is an empty one. */
    private static boolean endsEmpty(ByteBuf bytes, int end) {
      return end >= Integer.BYTES && bytes.getInt(end - Integer.BYTES) == EMPTY_LINE;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      if (written) {
        written = false;
        send(context);
      }
      context.fireChannelReadComplete();
    }
  }
}
