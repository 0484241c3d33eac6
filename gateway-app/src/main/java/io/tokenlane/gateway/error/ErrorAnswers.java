package io.tokenlane.gateway.error;

import io.netty.channel.Channel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpVersion;
import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.call.Trail;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerInfos;

/**
 * Turns what went wrong into an answer: Anthropic's shape under /v1/messages, OpenAI's under the
 * rest of /v1, problem details elsewhere.
 */
public final class ErrorAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);
  private static final String TLS = "The upstream and the gateway did not trust each other (TLS).";
  private static final String CLOSED = "The upstream closed the connection.";
  private static final String RETRY_AFTER_SECONDS = "1";

  /** Writes the answer. Where the response has begun the failure goes on, to {@link #cut}. */
  public Mono<Void> write(ServerWebExchange exchange, Throwable failure) {
    ServerHttpResponse response = exchange.getResponse();
    if (response.isCommitted()) {
      return Mono.error(failure);
    }
    ApiException refusal = refusal(exchange, failure);
    byte[] body = body(exchange, refusal);
    HttpHeaders headers = response.getHeaders();
    headers.clearContentHeaders();
    headers.setContentType(mediaType(exchange));
    headers.setContentLength(body.length);
    if (refusal.status() == HttpStatus.SERVICE_UNAVAILABLE) {
      headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    if (refusal.status() == HttpStatus.REQUEST_TIMEOUT) {
      // RFC 9110 15.5.9. A body too large is read on and dropped instead: to close while the client
      // still sends resets the connection, and the answer may be lost with it (RFC 9112 9.6).
      headers.set(HttpHeaders.CONNECTION, "close");
    }
    refusal.fields().forEach(headers::set);
    response.setStatusCode(refusal.status());
    return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
  }

  /**
   * Ends an exchange that can have no answer any more by the end of its connection, over HTTP/2 of
   * its stream: a client must take neither half an answer for a whole one, nor the next answer for
   * the rest of this one (RFC 9112 §8). What was written before goes out first. It ends here, since
   * Spring takes an upstream that resets its connection for a client that has gone, whose answer it
   * ends as any other; and logs URLs, whose queries may carry secrets.
   *
   * @return empty when the connection is closed; the failure where the exchange has none
   */
  public Mono<Void> cut(ServerWebExchange exchange, Throwable failure) {
    Object client = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
    if (!(client instanceof Connection connection)) {
      return Mono.error(failure);
    }
    Channel channel = connection.channel();
    if (channel.isActive()) {
      log(exchange, failure);
    }
    // An answer to HTTP/1.0 may have no end but its connection's, which must not look like one
    // then.
    boolean older =
        connection instanceof HttpServerInfos asked && asked.version().equals(HttpVersion.HTTP_1_0);
    return BrokenAnswer.end(channel, older);
  }

  private static void log(ServerWebExchange exchange, Throwable failure) {
    String requestId = Trail.of(exchange).requestId();
    if (foreseen(exchange, failure) == null) {
      LOG.error("request {} broke off unexpectedly", requestId, failure);
    } else {
      LOG.warn("request {} broke off: {}", requestId, failure.toString());
    }
  }

  private static boolean openAi(ServerWebExchange exchange) {
    return ApiPath.isOpenAi(exchange.getRequest());
  }

  private static MediaType mediaType(ServerWebExchange exchange) {
    return openAi(exchange) ? MediaType.APPLICATION_JSON : MediaType.APPLICATION_PROBLEM_JSON;
  }

  private static byte[] body(ServerWebExchange exchange, ApiException refusal) {
    int status = refusal.status().value();
    if (ApiPath.isAnthropic(ApiPath.of(exchange.getRequest()))) {
      return ErrorBody.anthropic(status, refusal.text());
    }
    ErrorBody.Reason reason = new ErrorBody.Reason(refusal.code(), refusal.param());
    return openAi(exchange)
        ? ErrorBody.openAi(status, reason, refusal.text())
        : ErrorBody.problem(
            status,
            refusal.status().getReasonPhrase(),
            refusal.text(),
            Trail.of(exchange).requestId());
  }

  private static ApiException refusal(ServerWebExchange exchange, Throwable failure) {
    ApiException foreseen = foreseen(exchange, failure);
    return foreseen == null ? unexpected(exchange, failure) : foreseen;
  }

  private static @Nullable ApiException foreseen(ServerWebExchange exchange, Throwable failure) {
    return switch (failure) {
      case ApiException api -> api;
      case ResponseStatusException e -> ofStatus(exchange, e);
      case ConnectException e -> upstream("The upstream refused the connection.");
      case UnknownHostException e -> upstream("The upstream's host name is unknown.");
      case TimeoutException e ->
          new ApiException(
              HttpStatus.GATEWAY_TIMEOUT,
              "upstream_timeout",
              "The upstream did not answer in time.");
      case AbortedException e ->
          new ApiException(
              HttpStatus.BAD_REQUEST, "connection_closed", "The client closed the connection.");
      case SSLException e -> upstream(TLS);
      case DecoderException e when e.getCause() instanceof SSLException -> upstream(TLS);
      case java.io.IOException e -> upstream(CLOSED);
      case PrematureChannelClosureException e -> upstream(CLOSED);
      case CodecException e -> upstream("What the upstream answered is not HTTP.");
      default -> null;
    };
  }

  private static ApiException upstream(String message) {
    return new ApiException(HttpStatus.BAD_GATEWAY, "upstream_unreachable", message);
  }

  private static ApiException ofStatus(ServerWebExchange exchange, ResponseStatusException e) {
    HttpStatus status = HttpStatus.valueOf(e.getStatusCode().value());
    String request =
        exchange.getRequest().getMethod() + " " + exchange.getRequest().getPath().value();
    return status == HttpStatus.NOT_FOUND
        ? new ApiException(status, "unknown_url", "No route for " + request + ".")
        : new ApiException(status, "request_failed", status.getReasonPhrase() + ": " + request);
  }

  private static ApiException unexpected(ServerWebExchange exchange, Throwable failure) {
    String requestId = Trail.of(exchange).requestId();
    LOG.error("request {} failed unexpectedly", requestId, failure);
    return new ApiException(
        HttpStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "The gateway failed; its log has the reason under request id " + requestId + ".");
  }
}
