package io.tokenlane.node.openai;

import io.tokenlane.engine.token.TokenizerException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import tools.jackson.databind.json.JsonMapper;

/** Answers every failed request in OpenAI's shape. What is not foreseen is logged, not shown. */
@Order(-2)
final class Errors implements WebExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(Errors.class);

  private final JsonMapper mapper;

  Errors(JsonMapper mapper) {
    this.mapper = mapper;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (failure instanceof AbortedException) {
      // The client is gone: nobody to answer, and nothing an operator could mend.
      return Mono.empty();
    }
    ServerHttpResponse response = exchange.getResponse();
    if (response.isCommitted()) {
      return Mono.error(failure);
    }
    ApiException error = known(exchange, failure);
    response.setStatusCode(error.status());
    HttpHeaders headers = response.getHeaders();
    headers.setContentType(MediaType.APPLICATION_JSON);
    if (error.retryAfterSeconds() > 0) {
      headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(error.retryAfterSeconds()));
    }
    byte[] body = mapper.writeValueAsBytes(body(error));
    DataBuffer buffer = response.bufferFactory().wrap(body);
    return response.writeWith(Mono.just(buffer));
  }

  /** The error's body. */
  static Wire.ErrorBody body(ApiException error) {
    return new Wire.ErrorBody(
        new Wire.Failure(
            String.valueOf(error.getMessage()), error.type(), error.param(), error.code()));
  }

  /** The failure as an error for the client. */
  static ApiException known(ServerWebExchange exchange, Throwable failure) {
    return switch (failure) {
      case ApiException known -> known;
      case ResponseStatusException refused -> refused(exchange, refused);
      case TokenizerException refused -> ApiException.text(refused);
      default -> {
        log.error("{}: failed", exchange.getRequest().getPath(), failure);
        yield new ApiException(
            HttpStatus.INTERNAL_SERVER_ERROR,
            "the node failed; see its log",
            null,
            "internal_error");
      }
    };
  }

  private static ApiException refused(ServerWebExchange exchange, ResponseStatusException refusal) {
    HttpMethod method = exchange.getRequest().getMethod();
    String path = exchange.getRequest().getPath().value();
    @Nullable HttpStatus status = HttpStatus.resolve(refusal.getStatusCode().value());
    return switch (status) {
      case NOT_FOUND -> new ApiException(status, path + ": unknown path", null, "unknown_url");
      case METHOD_NOT_ALLOWED ->
          new ApiException(
              status, method + " " + path + ": not allowed", null, "method_not_allowed");
      case null -> new ApiException(HttpStatus.BAD_REQUEST, "bad request", null, "bad_request");
      default ->
          new ApiException(
              status, status.getReasonPhrase(), null, status.name().toLowerCase(Locale.ROOT));
    };
  }
}
