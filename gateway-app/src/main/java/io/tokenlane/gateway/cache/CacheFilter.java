package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.Flight;
import io.tokenlane.prefetch.cache.Landing;
import io.tokenlane.prefetch.cache.Turn;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.CacheStatus.Forward;
import io.tokenlane.prefetch.http.HttpFields;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Serves stored answers, stores passing ones, and lets identical misses wait for one fetch. Who
 * waits is served the whole answer when it is stored, goes upstream at once when it turns out not
 * to be shareable, and takes another turn when the client that led has gone away.
 */
final class CacheFilter implements GlobalFilter, Ordered {
  private final AnswerCache cache;
  private final CacheRules rules;
  private final HitListener hits;

  CacheFilter(AnswerCache cache, CacheRules rules, HitListener hits) {
    this.cache = cache;
    this.rules = rules;
    this.hits = hits;
  }

  @Override
  public int getOrder() {
    return FilterOrder.CACHE;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Trail trail = Trail.of(exchange);
    return switch (rules.of(exchange, trail.call())) {
      case CacheRules.Bypass bypass -> {
        trail.cached(bypass.status());
        yield chain.filter(withoutPass(exchange));
      }
      case CacheRules.Use use -> new Visit(withoutPass(exchange), chain, use.rule(), trail).serve();
    };
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

  /** One request's way through the cache. */
  private final class Visit {
    private final ServerWebExchange exchange;
    private final GatewayFilterChain chain;
    private final CacheRule rule;
    private final Trail trail;

    Visit(ServerWebExchange exchange, GatewayFilterChain chain, CacheRule rule, Trail trail) {
      this.exchange = exchange;
      this.chain = chain;
      this.rule = rule;
      this.trail = trail;
    }

    Mono<Void> serve() {
      return switch (cache.turn(rule.key())) {
        case Turn.Hit hit when rule.accepts(hit.answer(), cache.nowNanos()) ->
            write(hit.answer(), false);
        case Turn.Hit refused -> refresh();
        case Turn.Lead lead -> lead(lead.flight());
        case Turn.Wait wait ->
            Mono.fromFuture(() -> wait.landing().toCompletableFuture()).flatMap(this::landed);
      };
    }

    private Mono<Void> landed(Landing landing) {
      return switch (landing) {
        case Landing.Landed landed -> write(landed.answer(), true);
        case Landing.Abandoned abandoned -> serve();
        case Landing.Unshared unshared -> {
          trail.cached(CacheStatus.forward(Forward.MISS).withDetail("unshared"));
          yield chain.filter(exchange);
        }
      };
    }

    private Mono<Void> lead(Flight flight) {
      trail.cached(CacheStatus.forward(Forward.MISS));
      return fetch(new FlightLanding(flight))
          .doOnError(failure -> flight.release())
          .doFinally(signal -> flight.abandon());
    }

    private Mono<Void> refresh() {
      trail.cached(CacheStatus.forward(Forward.REQUEST));
      return fetch(new Replacement());
    }

    private Mono<Void> fetch(StoringResponse.LandingPlace place) {
      ServerHttpResponse storing =
          new StoringResponse(exchange.getResponse(), rule, place, cache, trail);
      return chain.filter(exchange.mutate().response(storing).build());
    }

    private Mono<Void> write(Answer answer, boolean collapsed) {
      CacheStatus status = CacheStatus.hit(answer.ttlLeftSeconds(cache.nowNanos()));
      trail.cached(collapsed ? status.asCollapsed() : status);
      hits.hit(target(exchange.getRequest()));
      ServerHttpResponse response = exchange.getResponse();
      HttpHeaders headers = response.getHeaders();
      for (HttpFields.Line line : answer.fields().lines()) {
        headers.add(line.name(), line.value());
      }
      headers.set(HttpHeaders.AGE, Long.toString(answer.ageSeconds(cache.nowNanos())));
      headers.setContentLength(answer.body().remaining());
      response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
      return response.writeWith(
          Mono.fromSupplier(() -> response.bufferFactory().wrap(answer.body().duplicate())));
    }

    /** Lands a flight, or only stores where the response changed what the key is made of. */
    private final class FlightLanding implements StoringResponse.LandingPlace {
      private final Flight flight;

      FlightLanding(Flight flight) {
        this.flight = flight;
      }

      @Override
      public void land(Answer answer, boolean keyChanged) {
        if (keyChanged) {
          cache.put(rule.key(), answer);
          flight.abandon();
        } else {
          flight.land(answer);
        }
      }

      @Override
      public void release() {
        flight.release();
      }
    }

    /** Replaces what is stored; nobody waits for it. */
    private final class Replacement implements StoringResponse.LandingPlace {
      @Override
      public void land(Answer answer, boolean keyChanged) {
        cache.put(rule.key(), answer);
      }

      @Override
      public void release() {}
    }
  }

  static String target(ServerHttpRequest request) {
    String query = request.getURI().getRawQuery();
    String path = request.getURI().getRawPath();
    return query == null ? path : path + '?' + query;
  }
}
