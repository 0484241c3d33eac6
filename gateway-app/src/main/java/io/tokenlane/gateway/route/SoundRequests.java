package io.tokenlane.gateway.route;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Answers requests that are none (RFC 9112) itself, and ends their connection: whatever follows on
 * it could be read in two ways. Nothing of them goes further: what looks like a request line may be
 * the rest of somebody's prompt.
 */
public final class SoundRequests extends ChannelDuplexHandler {
  static final String NAME = "tokenlane.soundRequests";

  private final Unsound.Sizes most;
  private final Consumer<String> refusals;
  private String target = "";
  private int open;
  private boolean answering;
  private boolean refused;

  private SoundRequests(Unsound.Sizes most, Consumer<String> refusals) {
    this.most = most;
    this.refusals = refusals;
  }

  /**
   * Guards an HTTP/1.1 connection; others stay as they are.
   *
   * @param most what the codec before it takes
   * @param refusals hears the code of each refusal
   */
  static void guard(ChannelPipeline pipeline, Unsound.Sizes most, Consumer<String> refusals) {
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      pipeline.addAfter(
          HeaderDeadline.behindCodec(pipeline), NAME, new SoundRequests(most, refusals));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Unsound unsound = refused ? Unsound.AFTERWARDS : judge(message);
    if (unsound == null) {
      context.fireChannelRead(message);
      return;
    }
    ReferenceCountUtil.release(message);
    if (!refused) {
      refused = true;
      refuse(context, unsound);
    }
  }

  private @Nullable Unsound judge(Object message) {
    if (message instanceof HttpRequest request) {
      target = request.uri();
      Unsound unsound = Unsound.of(request, most);
      if (unsound == null) {
        open++;
        nameHost(request);
      }
      return unsound == null && message instanceof HttpContent
          ? Unsound.of((HttpContent) message)
          : unsound;
    }
    return message instanceof HttpContent part ? Unsound.of(part) : null;
  }

  /** Whoever looks at the field from here on finds what the request is for. */
  private static void nameHost(HttpRequest request) {
    String named = Unsound.authority(request.uri());
    if (named != null) {
      request.headers().set(HttpHeaderNames.HOST, named);
    }
  }

  /**
   * A request before it may have no answer yet, or a part of one: then there is no place for this.
   */
  private void refuse(ChannelHandlerContext context, Unsound unsound) {
    refusals.accept(unsound.code());
    boolean hasPlace = open == 0 || (unsound.inBody() && open == 1 && !answering);
    if (hasPlace) {
      var _ = context.writeAndFlush(answer(unsound)).addListener(ChannelFutureListener.CLOSE);
    } else {
      var _ = context.close();
    }
  }

  private FullHttpResponse answer(Unsound unsound) {
    RefusalBody said = RefusalBody.of(target, unsound.status(), unsound.code(), unsound.message());
    ByteBuf body = Unpooled.wrappedBuffer(said.json());
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, unsound.status(), body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, said.type())
        .set(HttpHeaderNames.CONTENT_LENGTH, said.json().length)
        .set(HttpHeaderNames.CONNECTION, "close");
    if (unsound.equals(Unsound.METHOD)) {
      response.headers().set(HttpHeaderNames.ALLOW, Unsound.METHODS);
    }
    return response;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!(message instanceof HttpResponse response && interim(response))) {
      answering |= message instanceof HttpResponse;
      if (message instanceof LastHttpContent) {
        answering = false;
        open--;
      }
    }
    var _ = context.write(message, promise);
  }

  private static boolean interim(HttpResponse response) {
    return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }
}
