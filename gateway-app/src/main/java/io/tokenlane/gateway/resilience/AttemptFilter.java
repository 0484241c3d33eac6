package io.tokenlane.gateway.resilience;

import io.tokenlane.balance.Lease;
import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

/**
 * Holds one attempt to its time limits, and to the permits of its node. What fails before the first
 * byte fails as the node's fault, so that another is tried.
 */
final class AttemptFilter implements GlobalFilter, Ordered {
  private final Watchman watchman;
  private final ResilienceProperties properties;
  private final NodeGuards nodes;

  AttemptFilter(Watchman watchman, ResilienceProperties properties, NodeGuards nodes) {
    this.watchman = watchman;
    this.properties = properties;
    this.nodes = nodes;
  }

  @Override
  public int getOrder() {
    return FilterOrder.ATTEMPT;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Trail trail = Trail.of(exchange);
    // An upgraded connection carries no answer whose bytes could be watched.
    if (RouteConfig.toWebSocket(exchange.getRequest()) && trail.call().isEmpty()) {
      return chain.filter(exchange);
    }
    String node =
        RouteConfig.onNodes(exchange) ? trail.lease().map(Lease::node).orElseThrow().id() : null;
    Mono<Void> attempt = Mono.defer(() -> watched(exchange, chain, node));
    return node == null ? attempt : nodes.of(node).guard(exchange, attempt);
  }

  private Mono<Void> watched(
      ServerWebExchange exchange, GatewayFilterChain chain, @Nullable String node) {
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    Trail trail = Trail.of(exchange);
    boolean speaksAtOnce = trail.call().map(InferenceCall::stream).orElse(true);
    Watch watch =
        watchman.begin(node, properties.of(route.getId()), speaksAtOnce, trail.startNanos());
    ServerHttpResponse response = new Watched(exchange.getResponse(), watch, () -> cut(exchange));
    Mono<Void> answer = chain.filter(exchange.mutate().response(response).build());
    return Mono.firstWithSignal(answer, watch.untilGivenUp())
        .doFinally(signal -> watchman.end(watch));
  }

  /** What is read of the answer then fails on its own thread, in its own order. */
  private static void cut(ServerWebExchange exchange) {
    Connection upstream = exchange.getAttribute(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR);
    if (upstream != null) {
      var _ = upstream.channel().close();
    }
  }

  private static final class Watched extends BodyWatch {
    private final Watch watch;
    private final Runnable upstreamCut;

    Watched(ServerHttpResponse delegate, Watch watch, Runnable upstreamCut) {
      super(delegate);
      this.watch = watch;
      this.upstreamCut = upstreamCut;
    }

    @Override
    protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
      watch.passing(upstreamCut);
      return body.doOnNext(chunk -> watch.beat()).onErrorMap(watch::why);
    }
  }
}
