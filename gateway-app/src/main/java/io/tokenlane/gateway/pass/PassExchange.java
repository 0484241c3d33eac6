package io.tokenlane.gateway.pass;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.gateway.telemetry.RequestIds;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request on its way to an upstream, and its answer on the way back. On one event loop. */
final class PassExchange {
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final int CLIENT_ERROR = 400;
  private static final int SWITCHING = 101;

  /** What may be asked twice without harm (RFC 9110 §9.2.2). */
  private static final Set<HttpMethod> IDEMPOTENT =
      Set.of(HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE);

  private final Passing passing;
  private final PassHandler handler;
  private final ChannelHandlerContext client;
  private final PassTarget target;
  private final HttpRequest request;
  private final ByteBuf body;
  private final String id;
  private final PassedRequests.Trace trace;
  private final long startNanos;
  private @Nullable Channel upstream;
  private boolean reused;
  private boolean ended;
  private boolean keepsUpstream;
  private boolean interim;
  private int status;
  private long bytes;
  private long firstByteNanos;

  PassExchange(
      Passing passing,
      PassHandler handler,
      ChannelHandlerContext client,
      PassHandler.Gathering whole) {
    this.passing = passing;
    this.handler = handler;
    this.client = client;
    this.target = whole.target;
    this.request = whole.request;
    this.body = whole.body;
    this.trace = whole.trace;
    this.startNanos = whole.startNanos;
    this.id = RequestIds.keepOrMake(request.headers().get(RequestIds.HEADER));
  }

  private UpstreamConnections connections() {
    return passing.connections(client.channel().eventLoop());
  }

  void start() {
    Channel used = connections().used(target);
    if (used == null) {
      connect();
    } else {
      reused = true;
      send(used);
    }
  }

  private void connect() {
    reused = false;
    ChannelFuture connecting = connections().connect(target);
    connecting.addListener(
        done -> {
          if (ended) {
            var _ = connecting.channel().close();
          } else if (done.isSuccess()) {
            send(connecting.channel());
          } else {
            ended = true;
            handler.giveBack(
                client, request, new DefaultLastHttpContent(body, EmptyHttpHeaders.INSTANCE));
          }
        });
  }

  private void send(Channel channel) {
    upstream = channel;
    channel.pipeline().get(UpstreamHandler.class).serves(this);
    HttpHeaders fields = PassFields.upstream(request, target, asker());
    var _ =
        channel.writeAndFlush(
            new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                request.method(),
                request.uri(),
                body.retainedDuplicate(),
                fields,
                EmptyHttpHeaders.INSTANCE));
  }

  private PassFields.Asker asker() {
    String address =
        client.channel().remoteAddress() instanceof InetSocketAddress peer
            ? peer.getAddress().getHostAddress()
            : "unknown";
    boolean secured = client.pipeline().get(SslHandler.class) != null;
    return new PassFields.Asker(id, address, secured ? "https" : "http", trace.passed());
  }

  /** A part of the answer came. */
  void received(Object message) {
    if (message instanceof HttpResponse answer
        && answer.status().codeClass() == HttpStatusClass.INFORMATIONAL
        && answer.status().code() != SWITCHING) {
      interim = !(message instanceof LastHttpContent);
      passInterim(answer);
      ReferenceCountUtil.release(message);
    } else if (interim) {
      interim = !(message instanceof LastHttpContent);
      ReferenceCountUtil.release(message);
    } else {
      passOn(message);
    }
  }

  private void passOn(Object message) {
    boolean sound =
        !(message instanceof io.netty.handler.codec.http.HttpObject part)
            || part.decoderResult().isSuccess();
    if (!sound) {
      ReferenceCountUtil.release(message);
      dropUpstream();
      upstreamGone();
      return;
    }
    if (message instanceof HttpResponse answer) {
      begin(answer);
    }
    if (message instanceof HttpContent content) {
      bytes += content.content().readableBytes();
    }
    boolean last = message instanceof LastHttpContent;
    var _ = client.write(message);
    if (last) {
      complete();
    }
  }

  /** Behind the codec, which counts answers and must not see it (RFC 8297). */
  private void passInterim(HttpResponse answer) {
    StringBuilder text = new StringBuilder("HTTP/1.1 ").append(answer.status()).append("\r\n");
    answer
        .headers()
        .forEach(h -> text.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
    var _ = client.writeAndFlush(ByteBufUtil.writeAscii(client.alloc(), text.append("\r\n")));
  }

  private void begin(HttpResponse answer) {
    firstByteNanos = System.nanoTime();
    status = answer.status().code();
    keepsUpstream = HttpUtil.isKeepAlive(answer) && status != SWITCHING;
    target.habit().saw(PassFields.storable(answer.headers()));
    forgetChanged();
    boolean bodiless = status == NO_CONTENT || status == NOT_MODIFIED;
    PassFields.downstream(answer, id, timing(), bodiless);
    answer.headers().set("Cache-Status", passing.cacheStatus(request.method()));
    String passed = trace.passed();
    if (passed != null) {
      answer.headers().set("traceparent", passed);
    }
  }

  private void forgetChanged() {
    if (!request.method().equals(HttpMethod.GET) && status < CLIENT_ERROR) {
      String host = String.valueOf(request.headers().get(HttpHeaderNames.HOST));
      passing.changed(host, request.uri());
    }
  }

  /** Server Timing (W3C), in milliseconds. */
  private String timing() {
    long tenths = (firstByteNanos - startNanos) / 100_000;
    return "gateway;dur=" + tenths / 10 + '.' + tenths % 10;
  }

  void flush() {
    if (!ended) {
      client.flush();
      clientWritable(client.channel().isWritable());
    }
  }

  /** A client that does not read stops its upstream. */
  void clientWritable(boolean writable) {
    Channel source = upstream;
    if (source != null && source.config().isAutoRead() != writable) {
      source.config().setAutoRead(writable);
    }
  }

  private void complete() {
    ended = true;
    client.flush();
    Channel channel = upstream;
    if (channel != null) {
      channel.pipeline().get(UpstreamHandler.class).serves(null);
      channel.config().setAutoRead(true);
      if (keepsUpstream) {
        connections().free(target, channel);
      } else {
        var _ = channel.close();
      }
    }
    end("done");
    handler.done(client);
  }

  /** The upstream closed its connection before the answer was whole. */
  void upstreamGone() {
    if (ended) {
      return;
    }
    if (status != 0) {
      ended = true;
      end("broken");
      var _ = client.close();
    } else if (reused && IDEMPOTENT.contains(request.method())) {
      // It had been closing the connection while the request was on its way.
      connect();
    } else {
      ended = true;
      status = PassErrors.BAD_GATEWAY;
      PassErrors.upstreamBroke(client, id);
      end("failed");
      handler.done(client);
    }
  }

  /** The client closed its connection. */
  void clientGone() {
    if (!ended) {
      ended = true;
      dropUpstream();
      end("cancelled");
    }
  }

  private void dropUpstream() {
    Channel channel = upstream;
    if (channel != null) {
      channel.pipeline().get(UpstreamHandler.class).serves(null);
      var _ = channel.close();
    }
  }

  /** Why the cache had no part in it. */
  static String cached(HttpRequest request) {
    return request.method().equals(HttpMethod.GET) ? "bypass" : "method";
  }

  private void end(String outcome) {
    body.release();
    long now = System.nanoTime();
    passing
        .told()
        .ended(
            new PassedRequests.Passed(
                id,
                request.method().name(),
                request.uri(),
                status,
                outcome,
                cached(request),
                bytes,
                (firstByteNanos == 0 ? now : firstByteNanos) - startNanos,
                now - startNanos),
            trace);
  }
}
