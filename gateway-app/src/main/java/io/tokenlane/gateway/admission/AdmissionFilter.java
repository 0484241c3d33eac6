package io.tokenlane.gateway.admission;

import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.route.FilterOrder;
import java.nio.ByteBuffer;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Reads the body of requests under /v1, up to a cap, so that they can be sent to another node; and
 * parses those that are model calls. Bodies of all other routes stream through unread.
 */
final class AdmissionFilter implements GlobalFilter, Ordered {
  /** Bodies larger than this take longer to parse than an event loop may stand still. */
  private static final int LARGE_BYTES = 64 * 1024;

  private final BodyReader reader;

  AdmissionFilter(BodyReader reader) {
    this.reader = reader;
  }

  @Override
  public int getOrder() {
    return FilterOrder.ADMISSION;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    if (!hasBody(request)) {
      return chain.filter(exchange);
    }
    if (!ApiPath.isOpenAi(request)) {
      return chain.filter(
          exchange.mutate().request(new Paced(request, Trail.of(exchange))).build());
    }
    return reader.read(request).flatMap(body -> admitted(exchange, body)).flatMap(chain::filter);
  }

  private static boolean hasBody(ServerHttpRequest request) {
    HttpHeaders headers = request.getHeaders();
    return HttpMethod.POST.equals(request.getMethod())
        || headers.getContentLength() > 0
        || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
  }

  private Mono<ServerWebExchange> admitted(ServerWebExchange exchange, byte[] body) {
    Mono<ServerWebExchange> parsed = Mono.fromCallable(() -> admit(exchange, body));
    return body.length > LARGE_BYTES ? parsed.subscribeOn(Schedulers.parallel()) : parsed;
  }

  private ServerWebExchange admit(ServerWebExchange exchange, byte[] body) {
    if (HttpMethod.POST.equals(exchange.getRequest().getMethod())) {
      CallKind.ofPath(ApiPath.of(exchange.getRequest()))
          .ifPresent(kind -> Trail.of(exchange).admitted(parse(kind, body)));
    }
    return BodyRequest.with(exchange, ByteBuffer.wrap(body));
  }

  private static InferenceCall parse(CallKind kind, byte[] body) {
    try {
      return CallParser.parse(kind, body);
    } catch (CallParser.NotACallException e) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST, "invalid_body", String.valueOf(e.getMessage()));
    }
  }

  /** A request whose body has to keep coming, and comes once: read again, it would be empty. */
  private final class Paced extends ServerHttpRequestDecorator {
    private final Trail trail;

    Paced(ServerHttpRequest request, Trail trail) {
      super(request);
      this.trail = trail;
    }

    @Override
    public Flux<DataBuffer> getBody() {
      Flux<DataBuffer> once = reader.paced(super.getBody());
      return Flux.defer(() -> trail.passesBody() ? once : Flux.error(readBefore()));
    }

    private static ApiException readBefore() {
      return new ApiException(
          HttpStatus.BAD_GATEWAY,
          "body_passed",
          "The request cannot be sent again: its body has passed already.");
    }
  }
}
