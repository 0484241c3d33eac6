package io.tokenlane.gateway.pass;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.tokenlane.gateway.error.ErrorBody;
import io.tokenlane.gateway.telemetry.RequestIds;
import java.time.Duration;

/** What the client is told where an upstream, or its own body, does not come. */
final class PassErrors {
  static final int BAD_GATEWAY = 502;

  private PassErrors() {}

  /** The upstream closed the connection instead of answering. */
  static void upstreamBroke(ChannelHandlerContext client, String id) {
    var _ =
        client.writeAndFlush(
            problem(
                HttpResponseStatus.BAD_GATEWAY,
                "The upstream closed the connection before it answered.",
                id));
  }

  /** The body stopped coming; whatever else the client sends is not wanted. */
  static void bodyTimeout(ChannelHandlerContext client, Duration limit, String id) {
    DefaultFullHttpResponse answer =
        problem(
            HttpResponseStatus.REQUEST_TIMEOUT,
            "The body did not come within " + limit.toMillis() + " ms.",
            id);
    answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var _ = client.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
  }

  private static DefaultFullHttpResponse problem(
      HttpResponseStatus status, String detail, String id) {
    byte[] body = ErrorBody.problem(status.code(), status.reasonPhrase(), detail, id);
    DefaultFullHttpResponse answer =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set("X-Content-Type-Options", "nosniff")
        .set(RequestIds.HEADER, id);
    return answer;
  }
}
