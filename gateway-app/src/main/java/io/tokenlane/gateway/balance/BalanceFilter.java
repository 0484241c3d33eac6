package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Leases a node for the request, and another one where a node fails before the first byte of its
 * answer: nothing is committed to the client before that byte, so nothing is lost or sent twice.
 * The lease in use at the end is closed by the outermost filter.
 */
final class BalanceFilter implements GlobalFilter, Ordered {
  private final NodePool pool;
  private final BalancingStrategy strategy;
  private final int maxAttempts;
  private final RetryBudget budget;
  private final NodeMeters meters;

  BalanceFilter(
      NodePool pool,
      BalancingStrategy strategy,
      int maxAttempts,
      RetryBudget budget,
      NodeMeters meters) {
    this.pool = pool;
    this.strategy = strategy;
    this.maxAttempts = maxAttempts;
    this.budget = budget;
    this.meters = meters;
  }

  @Override
  public int getOrder() {
    return FilterOrder.BALANCE;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    if (!onNodes(exchange)) {
      return chain.filter(exchange);
    }
    budget.request();
    return new Attempts(exchange, chain).next();
  }

  static boolean onNodes(ServerWebExchange exchange) {
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    return RouteConfig.NODE_SCHEME.equals(route.getUri().getScheme());
  }

  /** The nodes one request is sent to, one after the other. */
  private final class Attempts {
    private final ServerWebExchange exchange;
    private final GatewayFilterChain chain;
    private final Trail trail;
    private final Set<String> tried = new HashSet<>();

    Attempts(ServerWebExchange exchange, GatewayFilterChain chain) {
      this.exchange = exchange;
      this.chain = chain;
      this.trail = Trail.of(exchange);
    }

    Mono<Void> next() {
      Optional<Lease> lease =
          pool.acquire(strategy, Demand.keyed(clientIp(exchange)).without(tried));
      if (lease.isEmpty()) {
        return Mono.error(
            new ApiException(
                HttpStatus.SERVICE_UNAVAILABLE,
                "no_node_available",
                "No inference node is available. Try again in a moment."));
      }
      return on(lease.get());
    }

    private Mono<Void> on(Lease lease) {
      tried.add(lease.node().id());
      meters.picked(lease.node().id());
      trail.leased(lease, anotherMayServe(), System.nanoTime());
      StreamGuard guarded = new StreamGuard(exchange.getResponse(), trail);
      ServerWebExchange attempt = new AttemptExchange(exchange, guarded);
      return chain.filter(attempt).onErrorResume(failure -> failed(lease, attempt, failure));
    }

    private boolean anotherMayServe() {
      return tried.size() < maxAttempts
          && pool.nodes().stream().anyMatch(node -> !tried.contains(node.id()));
    }

    private Mono<Void> failed(Lease lease, ServerWebExchange attempt, Throwable failure) {
      boolean untouched = !exchange.getResponse().isCommitted();
      if (!untouched || !NodeFailures.ofNode(failure)) {
        return Mono.error(failure);
      }
      NodeFailures.close(lease, failure);
      boolean affordable = NodeFailures.connectionLost(failure) || budget.retry();
      if (tried.size() >= maxAttempts || !affordable) {
        return Mono.error(failure);
      }
      meters.retried();
      ServerWebExchangeUtils.reset(attempt);
      return next();
    }
  }

  private static @Nullable String clientIp(ServerWebExchange exchange) {
    InetSocketAddress address = exchange.getRequest().getRemoteAddress();
    return address == null || address.getAddress() == null
        ? null
        : address.getAddress().getHostAddress();
  }
}
