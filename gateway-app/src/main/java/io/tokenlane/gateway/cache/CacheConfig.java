package io.tokenlane.gateway.cache;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tokenlane.prefetch.cache.AnswerCache;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class CacheConfig {
  @Bean
  AnswerCache answerCache(CacheProperties properties) {
    return new AnswerCache(
        properties.maxSize().toBytes(), properties.maxAnswer().toBytes(), System::nanoTime);
  }

  @Bean
  GlobalFilter cacheFilter(
      AnswerCache cache, CacheProperties properties, PrefetchPass pass, HitListener hits) {
    RouteCaches caches = new RouteCaches(cache, properties, System::nanoTime);
    return new CacheFilter(new CacheRules(properties, caches, pass), hits);
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
