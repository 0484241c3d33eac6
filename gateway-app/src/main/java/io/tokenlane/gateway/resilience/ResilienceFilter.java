package io.tokenlane.gateway.resilience;

import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.RouteConfig;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * What stands before the nodes and upstreams as a whole. Sits behind the cache, so that stored
 * answers are served however loaded the nodes are; and ends at the true end of the answer.
 */
final class ResilienceFilter implements GlobalFilter, Ordered {
  private static final int CLIENT_ERROR = 400;

  private final ConcurrentHashMap<String, Permits> permits = new ConcurrentHashMap<>();
  private final NodeGuards.Registries registries;
  private final AdaptiveLimit limit;
  private final boolean adaptive;
  private final Fallbacks fallbacks;
  private final ResilienceMeters meters;
  private final LongSupplier clock;

  /** Parts of the filter. */
  record Parts(
      NodeGuards.Registries registries,
      AdaptiveLimit limit,
      boolean adaptive,
      Fallbacks fallbacks,
      ResilienceMeters meters,
      LongSupplier clock) {}

  ResilienceFilter(Parts parts) {
    this.registries = parts.registries();
    this.limit = parts.limit();
    this.adaptive = parts.adaptive();
    this.fallbacks = parts.fallbacks();
    this.meters = parts.meters();
    this.clock = parts.clock();
  }

  @Override
  public int getOrder() {
    return FilterOrder.RESILIENCE;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Optional<InferenceCall> call = Trail.of(exchange).call();
    boolean onNodes = RouteConfig.onNodes(exchange);
    Mono<Void> answer =
        onNodes && call.isPresent()
            ? fallbacks.ask(exchange, chain, call.get())
            : chain.filter(exchange);
    Mono<Void> permitted = permitted(exchange, answer);
    return adaptive && onNodes && call.isPresent() ? limited(exchange, permitted) : permitted;
  }

  private Mono<Void> permitted(ServerWebExchange exchange, Mono<Void> answer) {
    Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    Permits mine = permits.computeIfAbsent(route.getId(), registries::permits);
    if (mine.isEmpty()) {
      return answer;
    }
    return Mono.defer(
        () -> {
          Permits.Taken taken = mine.take();
          if (taken.refusal() != null) {
            meters.refused(taken.refusal());
            return Mono.error(refusal(taken.refusal()));
          }
          long start = clock.getAsLong() + taken.waitNanos();
          AtomicReference<Permits.@Nullable End> failed = new AtomicReference<>();
          return taken
              .whenDue(answer)
              .doOnError(failure -> failed.set(Permits.End.of(failure)))
              .doFinally(
                  signal -> end(exchange, mine, start, outcome(exchange, signal, failed.get())));
        });
  }

  private void end(ServerWebExchange exchange, Permits mine, long start, Permits.End how) {
    mine.give(
        how, clock.getAsLong() - start, new IllegalStateException("status " + status(exchange)));
  }

  private static ApiException refusal(Permits.Refusal refusal) {
    return refusal == Permits.Refusal.RATE
        ? new ApiException(
            HttpStatus.TOO_MANY_REQUESTS, "route_rate_limit", "This route takes no more for now.")
        : new ApiException(
            HttpStatus.SERVICE_UNAVAILABLE,
            refusal == Permits.Refusal.BREAKER ? "circuit_open" : "bulkhead_full",
            "This route is failing or full. Try again in a moment.");
  }

  private static Permits.End outcome(
      ServerWebExchange exchange, SignalType signal, Permits.@Nullable End failed) {
    if (signal == SignalType.CANCEL) {
      return Permits.End.OPEN;
    }
    if (failed != null) {
      return failed;
    }
    boolean broken = Trail.of(exchange).brokenBy().isPresent();
    return broken ? Permits.End.BADLY : Permits.End.of(status(exchange));
  }

  private static int status(ServerWebExchange exchange) {
    HttpStatusCode status = exchange.getResponse().getStatusCode();
    return status == null ? 0 : status.value();
  }

  private Mono<Void> limited(ServerWebExchange exchange, Mono<Void> answer) {
    return Mono.defer(
        () -> {
          AdaptiveLimit.Place place = limit.take(clock.getAsLong());
          if (place == null) {
            meters.shed();
            return Mono.error(
                new ApiException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "overloaded",
                    "The inference nodes are at their limit. Try again in a moment."));
          }
          Trail.of(exchange)
              .whenBegun(() -> place.begun(clock.getAsLong(), status(exchange) < CLIENT_ERROR));
          return answer.doFinally(signal -> place.ended());
        });
  }
}
