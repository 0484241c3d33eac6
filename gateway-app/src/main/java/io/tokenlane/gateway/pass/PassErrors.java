package io.tokenlane.gateway.pass;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.error.ErrorBody;
import io.tokenlane.gateway.telemetry.RequestIds;
import java.time.Duration;
import org.springframework.http.HttpStatus;

/** What the client is told where an upstream, or its own body, does not come. */
final class PassErrors {
  static final int BAD_GATEWAY = 502;
  private static final String RETRY_AFTER_SECONDS = "1";

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

  /** There was no node, or none answered. */
  static void refused(ChannelHandlerContext client, ApiException why, String id) {
    DefaultFullHttpResponse answer =
        problem(HttpResponseStatus.valueOf(why.status().value()), why.text(), id);
    if (why.status() == HttpStatus.SERVICE_UNAVAILABLE) {
      answer.headers().set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    why.fields().forEach((name, value) -> answer.headers().set(name, value));
    var _ = client.writeAndFlush(answer);
  }

  /** What ends a stream of events whose node broke off; begins at an event's border. */
  static LastHttpContent brokenStream() {
    String events = "\n\ndata: " + ErrorBody.brokenStream() + "\n\ndata: [DONE]\n\n";
    return new DefaultLastHttpContent(Unpooled.copiedBuffer(events, UTF_8));
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
