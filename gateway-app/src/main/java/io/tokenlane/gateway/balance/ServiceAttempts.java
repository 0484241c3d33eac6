package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Lease;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.NextAttempt;
import java.net.ConnectException;
import java.util.HashSet;
import java.util.Set;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The instances of a service that one request of an {@code lb://} route is sent to, one after the
 * other; {@link ServiceBalancer} leases them. Another one is asked where a connection was refused,
 * and, for requests that change nothing (RFC 9110 §9.2.1), where it broke off before the answer.
 */
final class ServiceAttempts {
  private final ServerWebExchange exchange;
  private final GatewayFilterChain chain;
  private final int maxAttempts;
  private final NodeMeters meters;
  private final Trail trail;
  private final Set<String> tried = new HashSet<>();

  ServiceAttempts(
      ServerWebExchange exchange, GatewayFilterChain chain, int maxAttempts, NodeMeters meters) {
    this.exchange = exchange;
    this.chain = chain;
    this.maxAttempts = maxAttempts;
    this.meters = meters;
    this.trail = Trail.of(exchange);
  }

  Mono<Void> next() {
    trail.tried(tried);
    ServerWebExchange attempt = new AttemptExchange(exchange, exchange.getResponse());
    return chain.filter(attempt).onErrorResume(failure -> failed(attempt, failure));
  }

  private Mono<Void> failed(ServerWebExchange attempt, Throwable failure) {
    Lease lease = trail.lease().orElse(null);
    boolean ofNode = NodeFailures.ofNode(failure) && !exchange.getResponse().isCommitted();
    if (lease == null || !ofNode || !tried.add(lease.node().id())) {
      return Mono.error(failure);
    }
    NodeFailures.close(lease, failure);
    if (tried.size() >= maxAttempts || !mayBeRepeated(failure)) {
      return Mono.error(failure);
    }
    meters.retried();
    NextAttempt.on(attempt);
    return next();
  }

  private boolean mayBeRepeated(Throwable failure) {
    boolean harmless = NodeFailures.SAFE.contains(exchange.getRequest().getMethod());
    return trail.repeatable()
        && (failure instanceof ConnectException
            || (harmless && NodeFailures.connectionLost(failure)));
  }
}
