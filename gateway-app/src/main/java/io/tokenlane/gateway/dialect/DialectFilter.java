package io.tokenlane.gateway.dialect;

import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Brings nodes' errors under {@code /v1} into OpenAI's shape; all else passes as it came. */
final class DialectFilter implements GlobalFilter, Ordered {

  @Override
  public int getOrder() {
    return FilterOrder.DIALECT;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    return RouteConfig.onNodes(exchange) && ApiPath.isOpenAi(exchange.getRequest())
        ? chain.filter(
            exchange.mutate().response(new ErrorResponse(exchange.getResponse())).build())
        : chain.filter(exchange);
  }
}
