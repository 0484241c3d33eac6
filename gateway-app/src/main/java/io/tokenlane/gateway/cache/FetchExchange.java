package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.prefetch.http.Conditional;
import io.tokenlane.prefetch.http.HttpFields;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import reactor.core.publisher.Flux;

/**
 * A client's exchange, cut loose from the client: its own attributes, trail and response, and a
 * request that needs no connection. It goes on when the client has left.
 */
final class FetchExchange extends ServerWebExchangeDecorator {
  private final Map<String, Object> attributes;
  private final ServerHttpRequest request;
  private final ServerHttpResponse response;

  private FetchExchange(
      ServerWebExchange exchange, ServerHttpRequest request, ServerHttpResponse response) {
    super(exchange);
    this.attributes = new ConcurrentHashMap<>(exchange.getAttributes());
    this.request = request;
    this.response = response;
  }

  /**
   * The fetch for {@code exchange}'s request.
   *
   * @param conditions replace the client's own conditions and range; null: those stay
   */
  static FetchExchange of(
      ServerWebExchange exchange, @Nullable HttpFields conditions, ServerHttpResponse response) {
    HttpHeaders headers = new HttpHeaders();
    headers.addAll(exchange.getRequest().getHeaders());
    headers.remove(PrefetchPass.HEADER);
    if (conditions != null) {
      Conditional.names().forEach(headers::remove);
      headers.remove(HttpHeaders.RANGE);
      Fields.write(conditions, headers);
    }
    FetchExchange fetch =
        new FetchExchange(exchange, new Loose(exchange.getRequest(), headers), response);
    Trail client = Trail.of(exchange);
    Trail own = Trail.start(fetch, client.requestId(), client.startNanos());
    client.client().ifPresent(own::from);
    client.principal().ifPresent(own::proved);
    client.call().ifPresent(own::admitted);
    return fetch;
  }

  @Override
  public Map<String, Object> getAttributes() {
    return attributes;
  }

  @Override
  public ServerHttpRequest getRequest() {
    return request;
  }

  @Override
  public ServerHttpResponse getResponse() {
    return response;
  }

  /** A request whose body is at hand or empty. */
  private static final class Loose extends ServerHttpRequestDecorator {
    private final HttpHeaders headers;

    Loose(ServerHttpRequest request, HttpHeaders headers) {
      super(request);
      this.headers = headers;
    }

    @Override
    public HttpHeaders getHeaders() {
      return headers;
    }

    @Override
    public Flux<DataBuffer> getBody() {
      return getDelegate() instanceof BodyRequest whole ? whole.getBody() : Flux.empty();
    }
  }
}
