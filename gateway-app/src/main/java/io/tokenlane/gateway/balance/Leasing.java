package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Demand;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NoSlotException;
import io.tokenlane.balance.Place;
import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Turns a request into what the pool asks of it, and the pool's answer into a lease or an error.
 */
final class Leasing {
  private static final int HIGHEST_PRIORITY = 10;
  private static final String HEADER = "header:";
  private static final String COOKIE = "cookie:";

  private final LateBinding line;
  private final BalancingStrategy strategy;
  private final Map<String, BalancingStrategy> routes;
  private final String key;
  private final Duration patience;

  Leasing(LateBinding line, BalanceProperties properties) {
    this.line = line;
    this.strategy = Strategies.named(properties.strategy());
    this.routes =
        properties.routes().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> Strategies.named(e.getValue())));
    this.key = properties.key();
    this.patience = properties.maxWait();
  }

  /** A node outside {@code tried}, now or when one has a slot; a cancelled wait holds nothing. */
  Mono<Lease> lease(ServerWebExchange exchange, Set<String> tried) {
    return Mono.create(sink -> lease(exchange, Set.copyOf(tried), sink));
  }

  private void lease(ServerWebExchange exchange, Set<String> tried, MonoSink<Lease> sink) {
    Trail trail = Trail.of(exchange);
    Demand.Prompt prompt = trail.call().map(PromptShape::of).orElse(Demand.Prompt.NONE);
    Demand demand = new Demand(hashed(exchange), tried, prompt);
    CompletableFuture<Lease> future =
        line.lease(strategy(exchange), demand, place(exchange, trail));
    sink.onCancel(
        () -> {
          if (!future.cancel(false)) {
            var _ = future.thenAccept(Lease::ignored);
          }
        });
    var _ =
        future.whenComplete(
            (lease, failure) -> {
              if (lease != null) {
                sink.success(lease);
              } else {
                sink.error(failure instanceof NoSlotException none ? refusal(none) : failure);
              }
            });
  }

  private BalancingStrategy strategy(ServerWebExchange exchange) {
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    return routes.getOrDefault(route.getId(), strategy);
  }

  private Place place(ServerWebExchange exchange, Trail trail) {
    String tenant = trail.principal().map(who -> who.tenant()).orElseGet(() -> ipOrNone(exchange));
    return new Place(trail.call().map(Leasing::priority).orElse(0), tenant, patience);
  }

  private static int priority(InferenceCall call) {
    int asked = call.body().path("tokenlane").path("priority").asInt(0);
    return Math.clamp(asked, -HIGHEST_PRIORITY, HIGHEST_PRIORITY);
  }

  private @Nullable String hashed(ServerWebExchange exchange) {
    if (key.startsWith(HEADER)) {
      return exchange.getRequest().getHeaders().getFirst(key.substring(HEADER.length()));
    }
    if (key.startsWith(COOKIE)) {
      HttpCookie cookie =
          exchange.getRequest().getCookies().getFirst(key.substring(COOKIE.length()));
      return cookie == null ? null : cookie.getValue();
    }
    return clientIp(exchange);
  }

  private static String ipOrNone(ServerWebExchange exchange) {
    String ip = clientIp(exchange);
    return ip == null ? "" : ip;
  }

  private static @Nullable String clientIp(ServerWebExchange exchange) {
    InetSocketAddress address = exchange.getRequest().getRemoteAddress();
    return address == null || address.getAddress() == null
        ? null
        : address.getAddress().getHostAddress();
  }

  private static ApiException refusal(NoSlotException none) {
    return switch (none.reason()) {
      case NO_NODE ->
          new ApiException(
              HttpStatus.SERVICE_UNAVAILABLE,
              "no_node_available",
              "No inference node is available. Try again in a moment.");
      case LINE_FULL, TOO_LATE ->
          new ApiException(
                  HttpStatus.SERVICE_UNAVAILABLE,
                  "all_nodes_busy",
                  "All inference nodes are busy. Try again in a moment.")
              .withField("Retry-After", "1");
    };
  }
}
