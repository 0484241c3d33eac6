package io.tokenlane.gateway.pass;

import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.prefetch.http.CacheStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Learns from the answers that went through the filters whether the next may pass beside them. */
final class PassLearner implements GlobalFilter, Ordered {
  private final PassRules rules;

  PassLearner(PassRules rules) {
    this.rules = rules;
  }

  @Override
  public int getOrder() {
    return FilterOrder.PASS;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    PassTarget target = rules.routes().byId(route.getId());
    if (target != null) {
      exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> learn(exchange, target)));
    }
    return chain.filter(exchange);
  }

  private static void learn(ServerWebExchange exchange, PassTarget target) {
    CacheStatus status = Trail.of(exchange).cacheStatus().orElse(null);
    if (status != null) {
      target.habit().saw(status.hit() || status.stored() || storable(exchange));
    }
  }

  private static boolean storable(ServerWebExchange exchange) {
    HttpHeaders fields = exchange.getResponse().getHeaders();
    for (Map.Entry<String, @Nullable List<String>> field : fields.headerSet()) {
      List<String> values = field.getValue();
      if (values != null
          && values.stream().anyMatch(value -> PassFields.storable(field.getKey(), value))) {
        return true;
      }
    }
    return false;
  }
}
