package io.tokenlane.gateway.cache;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.util.Set;
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
      PassedRequests told) {
    boolean everyRequestCounts = !limits.rules().isEmpty();
    boolean byTargetAlone =
        routes.getRoutes().stream()
            .flatMap(route -> route.getPredicates().stream())
            .allMatch(predicate -> DECIDED_BY_TARGET.contains(predicate.getName()));
    return new FastHits(properties.enabled() && !everyRequestCounts && byTargetAlone, hits, told);
  }

  @Bean
  NettyServerCustomizer fastHitHandler(FastHits fast) {
    return FastHitHandler.customizer(fast);
  }

  @Bean
  GlobalFilter cacheFilter(
      AnswerCache cache,
      CacheProperties properties,
      PrefetchPass pass,
      HitListener hits,
      FastHits fast) {
    RouteCaches caches = new RouteCaches(cache, properties, System::nanoTime);
    return new CacheFilter(new CacheRules(properties, caches, pass), new Visit.Hits(hits, fast));
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
  MeterBinder cacheMeters(AnswerCache cache) {
    return registry -> {
      Gauge.builder("tokenlane.cache.size", cache, AnswerCache::weightBytes)
          .baseUnit("bytes")
          .description("What the stored answers weigh")
          .register(registry);
      Gauge.builder("tokenlane.cache.answers", cache, AnswerCache::size)
          .description("Stored answers")
          .register(registry);
    };
  }
}
