package io.tokenlane.gateway.stream;

import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.route.FilterOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Sends a comment in the pauses of a stream, so that whoever sits between does not take it for dead
 * (WHATWG HTML §9.2.7). Begins with the stream: before its first byte another node may still be
 * asked.
 */
final class HeartbeatFilter implements GlobalFilter, Ordered {
  static final String HEADER = "x-tokenlane-heartbeat";
  private static final byte[] COMMENT = ": heartbeat\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Duration always;

  /** Zero: only where it is asked for. */
  HeartbeatFilter(Duration always) {
    this.always = always;
  }

  @Override
  public int getOrder() {
    return FilterOrder.HEARTBEAT;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    String asked = exchange.getRequest().getHeaders().getFirst(HEADER);
    if (!ApiPath.isOpenAi(exchange.getRequest()) || (asked == null && always.isZero())) {
      return chain.filter(exchange);
    }
    Duration pause = pause(asked);
    return chain.filter(
        exchange.mutate().response(new Beating(exchange.getResponse(), pause)).build());
  }

  private Duration pause(@Nullable String asked) {
    if (asked == null) {
      return always;
    }
    if (!asked.matches("[1-9][0-9]{0,3}")) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST,
          "invalid_header",
          HEADER + ": not a number of seconds (expected: 1 to 9999)");
    }
    return Duration.ofSeconds(Integer.parseInt(asked));
  }

  private static final class Beating extends BodyWatch {
    private final Duration pause;

    Beating(ServerHttpResponse delegate, Duration pause) {
      super(delegate);
      this.pause = pause;
    }

    @Override
    protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
      MediaType type = getHeaders().getContentType();
      return type != null && type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM)
          ? new Heartbeats(body, pause, Schedulers.parallel(), () -> bufferFactory().wrap(COMMENT))
          : body;
    }
  }
}
