package io.tokenlane.gateway.reload;

import java.util.function.Supplier;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A filter that may be made anew; requests under way keep the one they came through. */
public final class LiveFilter<F extends GlobalFilter & Ordered> implements GlobalFilter, Ordered {
  private final Supplier<F> now;

  /** The filter that holds now; its order never changes. */
  public LiveFilter(Supplier<F> now) {
    this.now = now;
  }

  @Override
  public int getOrder() {
    return now.get().getOrder();
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    return now.get().filter(exchange, chain);
  }
}
