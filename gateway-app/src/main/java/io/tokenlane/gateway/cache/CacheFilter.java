package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.CacheStatus.Forward;
import java.util.Map;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Serves stored answers, stores passing ones, lets identical misses share one fetch, and forgets
 * what a change makes stale.
 */
final class CacheFilter implements GlobalFilter, Ordered {
  private final CacheRules rules;
  private final Visit.Hits hits;

  CacheFilter(CacheRules rules, Visit.Hits hits) {
    this.rules = rules;
    this.hits = hits;
  }

  @Override
  public int getOrder() {
    return FilterOrder.CACHE;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Mono<Void> decided =
        rules.asksByContent(exchange)
            ? Query.read(exchange).flatMap(whole -> decide(whole, chain))
            : decide(exchange, chain);
    return decided.contextWrite(context -> Interims.to(exchange, context));
  }

  private Mono<Void> decide(ServerWebExchange exchange, GatewayFilterChain chain) {
    Trail trail = Trail.of(exchange);
    CacheRules.Decision decision = rules.of(exchange, trail.call());
    trail.decided(attention(decision), () -> told(decision, exchange));
    if (!TurnListener.NONE.equals(hits.turns())) {
      trail.call().ifPresent(call -> hits.turns().asked(CacheRules.turn(exchange, call)));
    }
    return switch (decision) {
      case CacheRules.Bypass bypass -> {
        trail.cached(bypass.status());
        yield chain.filter(withoutPass(exchange));
      }
      case CacheRules.Change change -> {
        trail.cached(CacheStatus.forward(Forward.METHOD));
        yield chain.filter(change.watch(exchange));
      }
      case CacheRules.Refuse refuse -> Mono.error(refused(refuse));
      case CacheRules.Head head -> new HeadVisit(exchange, head.rule()).serve(chain);
      case CacheRules.Use use -> new Visit(exchange, chain, use.rule(), hits).serve();
    };
  }

  private static ApiException refused(CacheRules.Refuse refuse) {
    return new ApiException(HttpStatus.METHOD_NOT_ALLOWED, "not_prefetchable", refusal(refuse));
  }

  private static String refusal(CacheRules.Refuse refuse) {
    return "tokenlane.cache.routes.%s.prefetchable: false (expected: true, where %s only asks)"
        .formatted(refuse.route(), refuse.method());
  }

  /** Keys are counted also where nobody asks for reasons. */
  private static Attention attention(CacheRules.Decision decision) {
    return switch (decision) {
      case CacheRules.Bypass bypass -> Attention.DECISIONS;
      case CacheRules.Refuse refuse -> Attention.DECISIONS;
      case CacheRules.Change change -> Attention.KEYS;
      case CacheRules.Head head -> Attention.KEYS;
      case CacheRules.Use use -> Attention.KEYS;
    };
  }

  private static Decision told(CacheRules.Decision decision, ServerWebExchange exchange) {
    return switch (decision) {
      case CacheRules.Bypass bypass -> told("bypass", bypass.status().render(), Map.of());
      case CacheRules.Refuse refuse -> told("refused", refusal(refuse), Map.of());
      case CacheRules.Change change ->
          told("change", "the method may change what is stored", facts(change.rule(), exchange));
      case CacheRules.Head head ->
          told("asked", "for the fields alone", facts(head.rule(), exchange));
      case CacheRules.Use use -> told("asked", "by its key", facts(use.rule(), exchange));
    };
  }

  private static Decision told(String verdict, String why, Map<String, Object> facts) {
    return new Decision("cache", verdict, why, facts, System.nanoTime());
  }

  private static Map<String, Object> facts(CacheRule rule, ServerWebExchange exchange) {
    return Map.of("key", StoredAnswers.name(rule.key()), "target", target(exchange.getRequest()));
  }

  private static ServerWebExchange withoutPass(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    if (!request.getHeaders().containsHeader(PrefetchPass.HEADER)) {
      return exchange;
    }
    return exchange
        .mutate()
        .request(request.mutate().headers(h -> h.remove(PrefetchPass.HEADER)).build())
        .build();
  }

  static String target(ServerHttpRequest request) {
    String query = request.getURI().getRawQuery();
    String path = request.getURI().getRawPath();
    return query == null ? path : path + '?' + query;
  }
}
