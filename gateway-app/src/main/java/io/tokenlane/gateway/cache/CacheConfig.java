package io.tokenlane.gateway.cache;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tokenlane.gateway.call.QuickProof;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class CacheConfig {
  /** Route predicates that two requests for the same host and target cannot differ in. */
  private static final Set<String> DECIDED_BY_TARGET = Set.of("Path", "Host", "Method", "Query");

  @Bean
  AnswerCache answerCache(CacheProperties properties) {
    return new AnswerCache(
        properties.maxSize().toBytes(), properties.maxAnswer().toBytes(), System::nanoTime);
  }

  @Bean
  FastHits fastHits(
      CacheProperties properties,
      LimitsProperties limits,
      GatewayProperties routes,
      HitListener hits,
      FastHits.Ledger ledger) {
    boolean everyRequestCounts = !limits.rules().isEmpty();
    boolean byTargetAlone =
        routes.getRoutes().stream()
            .flatMap(route -> route.getPredicates().stream())
            .allMatch(predicate -> DECIDED_BY_TARGET.contains(predicate.getName()));
    return new FastHits(properties.enabled() && !everyRequestCounts && byTargetAlone, hits, ledger);
  }

  @Bean
  FastHits.Ledger fastHitLedger(QuickProof keys, PassedRequests told) {
    return new FastHits.Ledger(keys, told);
  }

  @Bean
  RouteCaches routeCaches(AnswerCache cache, CacheProperties properties) {
    return new RouteCaches(cache, properties, System::nanoTime);
  }

  @Bean
  StoredAnswers storedAnswers(RouteCaches caches, CacheProperties properties) {
    return new StoredAnswers(caches, properties.maxSize().toBytes());
  }

  @Bean
  Shelves shelves(
      CacheProperties properties,
      RouteCaches caches,
      ScheduledExecutorService clockwork,
      HitListener listener) {
    caches.all().forEach(cache -> cache.observe(new Forgetting(listener)));
    return new Shelves(properties, caches, clockwork);
  }

  @Bean
  CacheEndpoint cacheEndpoint(StoredAnswers stored, Shelves shelves) {
    return new CacheEndpoint(stored, shelves);
  }

  @Bean
  NettyServerCustomizer fastHitHandler(FastHits fast) {
    return FastHitHandler.customizer(fast);
  }

  @Bean
  GlobalFilter cacheFilter(
      RouteCaches caches, CacheProperties properties, PrefetchPass pass, Visit.Hits hits) {
    return new CacheFilter(new CacheRules(properties, caches, pass), hits);
  }

  @Bean
  Visit.Hits hits(
      HitListener listener, FastHits fast, Shelves shelves, Optional<TurnListener> turns) {
    return new Visit.Hits(listener, fast, shelves, turns.orElse(TurnListener.NONE));
  }

  @Bean
  HttpHeadersFilter connectionFields() {
    return new ConnectionFields();
  }

  @Bean
  HttpClientCustomizer interims() {
    return new Interims();
  }

  @Bean
  MeterBinder cacheMeters(StoredAnswers stored, Shelves shelves) {
    return registry -> {
      Gauge.builder("tokenlane.cache.size", stored, StoredAnswers::weightBytes)
          .baseUnit("bytes")
          .description("What the stored answers weigh")
          .register(registry);
      Gauge.builder("tokenlane.cache.answers", stored, StoredAnswers::size)
          .description("Stored answers")
          .register(registry);
      Gauge.builder("tokenlane.cache.disk", shelves, Shelves::diskBytes)
          .baseUnit("bytes")
          .description("Stored answers on disk")
          .register(registry);
      FunctionCounter.builder("tokenlane.cache.semantic.hits", shelves, Shelves::similarHits)
          .description("Answers given to another question that means the same")
          .register(registry);
      FunctionCounter.builder("tokenlane.cache.redis.hits", shelves, Shelves::sharedHits)
          .description("Answers found in Redis")
          .register(registry);
      FunctionCounter.builder("tokenlane.cache.redis.failures", shelves, Shelves::sharedFailures)
          .description("Questions that Redis did not answer in time")
          .register(registry);
    };
  }
}
