package io.tokenlane.gateway.pass;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.gateway.telemetry.RequestIds;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of what is passed: sits between the codec and Reactor Netty, which never sees
 * these requests. One at a time and in order; a request that does not pass goes on to Reactor
 * Netty, and so does everything that comes while that has an answer to give.
 */
final class PassHandler extends ChannelDuplexHandler {
  private final Passing passing;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private @Nullable Gathering gathering;
  private @Nullable PassExchange current;
  private int awaited;
  private boolean replaying;

  /** Whether Reactor Netty was given something since this was last reset. */
  private boolean handedOn;

  PassHandler(Passing passing) {
    this.passing = passing;
  }

  /** A request whose body is not whole yet. */
  static final class Gathering {
    final long startNanos = System.nanoTime();
    final HttpRequest request;
    final PassTarget target;
    final ByteBuf body;
    final PassedRequests.Trace trace;
    private @Nullable Future<?> patience;

    Gathering(HttpRequest request, PassTarget target, ByteBuf body, PassedRequests.Trace trace) {
      this.request = request;
      this.target = target;
      this.body = body;
      this.trace = trace;
    }

    void end() {
      Future<?> timer = patience;
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (current != null) {
      waiting.add(message);
    } else if (gathering != null) {
      gather(context, gathering, (HttpContent) message);
    } else if (message instanceof HttpRequest request) {
      begin(context, request);
    } else {
      handOn(context, message);
    }
  }

  private void handOn(ChannelHandlerContext context, Object message) {
    handedOn = true;
    context.fireChannelRead(message);
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    PassTarget target =
        awaited == 0 && !replaying && small(request) ? passing.target(request) : null;
    if (target == null) {
      awaited++;
      replaying = false;
      handOn(context, request);
      return;
    }
    int length = (int) HttpUtil.getContentLength((HttpMessage) request, 0L);
    PassedRequests.Trace trace =
        passing.told().begun(request.headers().get("traceparent"), request.method().name());
    Gathering begun = new Gathering(request, target, context.alloc().buffer(length), trace);
    gathering = begun;
    if (request instanceof FullHttpRequest full) {
      gather(context, begun, full);
    }
  }

  /** A length that is none has made the decoder fail. */
  private static boolean small(HttpRequest request) {
    return request.decoderResult().isSuccess()
        && HttpUtil.getContentLength((HttpMessage) request, 0L) <= Passing.LARGEST_BODY;
  }

  private void gather(ChannelHandlerContext context, Gathering begun, HttpContent part) {
    begun.body.writeBytes(part.content());
    boolean last = part instanceof LastHttpContent;
    boolean sound = part.decoderResult().isSuccess();
    ReferenceCountUtil.release(part);
    if (!sound) {
      drop(begun);
      var _ = context.close();
    } else if (last) {
      begun.end();
      gathering = null;
      passing.begun();
      PassExchange exchange = new PassExchange(passing, this, context, begun);
      current = exchange;
      exchange.start();
    }
  }

  private void drop(Gathering begun) {
    begun.end();
    gathering = null;
    begun.body.release();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    waitForTheRest(context);
    context.fireChannelReadComplete();
    more(context);
  }

  private void waitForTheRest(ChannelHandlerContext context) {
    Gathering unfinished = gathering;
    if (unfinished != null && unfinished.patience == null) {
      unfinished.patience =
          context
              .executor()
              .schedule(
                  () -> tooSlow(context, unfinished),
                  passing.bodyTimeout().toMillis(),
                  TimeUnit.MILLISECONDS);
    }
  }

  /** The rest of a body, or whether the client is still there, shows only to who reads. */
  private void more(ChannelHandlerContext context) {
    boolean wanted = gathering != null || (current != null && waiting.isEmpty());
    if (wanted && !context.channel().config().isAutoRead()) {
      context.read();
    }
  }

  private void tooSlow(ChannelHandlerContext context, Gathering late) {
    if (gathering == late) {
      drop(late);
      String id = RequestIds.keepOrMake(late.request.headers().get(RequestIds.HEADER));
      PassErrors.bodyTimeout(context, passing.bodyTimeout(), id);
      tellTooSlow(late, id);
    }
  }

  private void tellTooSlow(Gathering late, String id) {
    HttpRequest request = late.request;
    long waited = System.nanoTime() - late.startNanos;
    passing
        .told()
        .ended(
            new PassedRequests.Passed(
                id,
                request.method().name(),
                request.uri(),
                HttpResponseStatus.REQUEST_TIMEOUT.code(),
                "failed",
                PassExchange.cached(request),
                "-",
                0,
                0,
                waited,
                waited),
            late.trace);
  }

  /** The exchange is over; what came meanwhile is next. */
  void done(ChannelHandlerContext context) {
    current = null;
    passing.ended();
    handedOn = false;
    while (current == null && !waiting.isEmpty()) {
      channelRead(context, waiting.remove());
    }
    waitForTheRest(context);
    if (handedOn) {
      context.fireChannelReadComplete();
    }
    if (waiting.isEmpty() && !context.channel().config().isAutoRead()) {
      context.read();
    }
  }

  /** Nothing was sent: the filters take the request over as if it had just come. */
  void giveBack(ChannelHandlerContext context, HttpRequest request, HttpContent body) {
    current = null;
    passing.ended();
    replaying = true;
    begin(context, request);
    context.fireChannelRead(body);
    while (current == null && !waiting.isEmpty()) {
      channelRead(context, waiting.remove());
    }
    channelReadComplete(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    Gathering unfinished = gathering;
    if (unfinished != null) {
      drop(unfinished);
    }
    PassExchange left = current;
    current = null;
    if (left != null) {
      passing.ended();
      left.clientGone();
    }
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    context.fireChannelInactive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    PassExchange now = current;
    if (now != null) {
      now.clientWritable(context.channel().isWritable());
    }
    context.fireChannelWritabilityChanged();
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
