package io.tokenlane.gateway.route;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Leaves out the trailers of answers (RFC 9110 §6.5.1 lets a recipient discard them): stored and
 * shared answers have none. Spring Cloud Gateway would wait for them behind the body, for ever
 * where the upstream's connection was reset and the body was ended in its place; and it looks for
 * them only where the upstream's response is among the exchange's attributes.
 */
final class TrailersFilter implements GlobalFilter, Ordered {
  @Override
  public int getOrder() {
    return FilterOrder.TRAILERS;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    return chain
        .filter(exchange)
        .then(
            Mono.fromRunnable(
                () ->
                    exchange.getAttributes().remove(ServerWebExchangeUtils.CLIENT_RESPONSE_ATTR)));
  }
}
