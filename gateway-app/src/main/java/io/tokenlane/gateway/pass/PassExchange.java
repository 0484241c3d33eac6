package io.tokenlane.gateway.pass;

import io.netty.buffer.ByteBuf;
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
import io.netty.util.ReferenceCountUtil;
import io.tokenlane.gateway.balance.NodeTurn;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.gateway.telemetry.RequestIds;
import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request on its way to an upstream, and its answer on the way back. On one event loop. */
final class PassExchange {
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

  /** Null where the route has one origin. */
  private final @Nullable NodeLeg leg;

  private @Nullable PassOrigin origin;
  private @Nullable Channel upstream;
  private boolean reused;
  private boolean ended;
  private boolean keepsUpstream;
  private boolean interim;
  private boolean events;
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
    this.origin = target.origin();
    this.leg = origin == null ? leg(passing) : null;
  }

  private NodeLeg leg(Passing passing) {
    HttpHeaders fields = request.headers();
    NodeTurn turn =
        passing
            .nodes()
            .turns()
            .begin(target.routeId(), request.method().name(), fields::get, asker().address());
    return new NodeLeg(passing.nodes(), turn, this, client.channel().eventLoop());
  }

  private PassOrigin origin() {
    return Objects.requireNonNull(origin, "origin (expected: known before it is asked)");
  }

  private UpstreamConnections connections() {
    return passing.connections(client.channel().eventLoop());
  }

  void start() {
    if (leg == null) {
      open();
    } else {
      leg.look();
    }
  }

  /** The node that has the request now. */
  void goTo(PassOrigin node) {
    origin = node;
    open();
  }

  private void open() {
    Channel used = connections().used(origin());
    if (used == null) {
      connect();
    } else {
      reused = true;
      send(used);
    }
  }

  private void connect() {
    reused = false;
    ChannelFuture connecting = connections().connect(origin());
    NodeWatch attempt = leg == null ? null : leg.attempt();
    connecting.addListener(
        done -> {
          if (ended || (leg != null && leg.attempt() != attempt)) {
            var _ = connecting.channel().close();
          } else if (done.isSuccess()) {
            send(connecting.channel());
          } else if (leg != null) {
            leg.lost(done.cause());
          } else {
            giveBack();
          }
        });
  }

  /** Nothing was sent: the filters take it over. */
  void giveBack() {
    ended = true;
    handler.giveBack(client, request, new DefaultLastHttpContent(body, EmptyHttpHeaders.INSTANCE));
  }

  private void send(Channel channel) {
    upstream = channel;
    channel.pipeline().get(UpstreamHandler.class).serves(this);
    PassOrigin to = origin();
    HttpHeaders fields =
        leg == null ? PassFields.upstream(request, to, asker()) : leg.fields(request, to, asker());
    var _ =
        channel.writeAndFlush(
            new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                request.method(),
                to.prefix() + request.uri(),
                body.retainedDuplicate(),
                fields,
                EmptyHttpHeaders.INSTANCE));
  }

  private PassFields.Asker asker() {
    return PassFields.Asker.of(client, id, trace.passed());
  }

  /** A part of the answer came. */
  void received(Object message) {
    if (message instanceof HttpResponse answer
        && answer.status().codeClass() == HttpStatusClass.INFORMATIONAL
        && answer.status().code() != SWITCHING) {
      interim = !(message instanceof LastHttpContent);
      PassFields.interim(client, answer);
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
      if (leg != null && leg.refused(answer)) {
        ReferenceCountUtil.release(message);
        dropUpstream();
        leg.look();
        return;
      }
      begin(answer);
    }
    if (message instanceof HttpContent content) {
      count(content.content().readableBytes());
    }
    boolean last = message instanceof LastHttpContent;
    var _ = client.write(message);
    if (last) {
      complete();
    }
  }

  private void count(int more) {
    if (leg != null && more > 0) {
      leg.passed(bytes == 0, status);
    }
    bytes += more;
  }

  private void begin(HttpResponse answer) {
    firstByteNanos = System.nanoTime();
    status = answer.status().code();
    keepsUpstream = HttpUtil.isKeepAlive(answer) && status != SWITCHING;
    target.habit().saw(PassFields.storable(answer.headers()));
    forgetChanged();
    events = PassFields.isEvents(answer.headers());
    if (leg != null) {
      answer.headers().set("x-tokenlane-node", leg.node());
      if (events) {
        // An announced length would cut off what may have to be said at the end.
        answer.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
      }
    }
    PassFields.downstream(answer, id, timing(), PassFields.bodiless(status));
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

  private String timing() {
    long leased = leg == null ? 0 : leg.leasedNanos();
    return PassFields.timing(startNanos, leased, firstByteNanos);
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
        connections().free(origin(), channel);
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
    upstream = null;
    if (status != 0) {
      breakOff();
    } else if (reused && IDEMPOTENT.contains(request.method())) {
      // It had been closing the connection while the request was on its way.
      connect();
    } else if (leg != null) {
      leg.lost(new IOException("connection closed before the answer"));
    } else {
      fail();
    }
  }

  /** Nobody answered. */
  void fail() {
    ended = true;
    status = PassErrors.BAD_GATEWAY;
    PassErrors.upstreamBroke(client, id);
    end("failed");
    handler.done(client);
  }

  /** There is no node. */
  void refuse(ApiException why) {
    if (!ended) {
      ended = true;
      status = why.status().value();
      PassErrors.refused(client, why, id);
      end("failed");
      handler.done(client);
    }
  }

  /** After the first byte: a node's stream of events never ends in silence. */
  private void breakOff() {
    ended = true;
    if (leg != null && events) {
      var _ = client.writeAndFlush(PassErrors.brokenStream());
      end("broken");
      handler.done(client);
    } else {
      end("broken");
      var _ = client.close();
    }
  }

  /** The node has gone down while it had the request. */
  void nodeDown(IOException why) {
    dropUpstream();
    if (status != 0) {
      breakOff();
    } else if (leg != null) {
      leg.lost(why);
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
    upstream = null;
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
    if (leg != null) {
      leg.end(status, outcome);
    }
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
                leg == null ? "-" : leg.node(),
                leg == null ? 0 : leg.attempts(),
                bytes,
                (firstByteNanos == 0 ? now : firstByteNanos) - startNanos,
                now - startNanos),
            trace);
  }
}
