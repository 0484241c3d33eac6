package io.tokenlane.gateway.resilience;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.NodePool;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class ResilienceConfig {
  @Bean
  Watchman watchman(NodePool pool, ScheduledExecutorService clockwork) {
    return new Watchman(pool, System::nanoTime, clockwork);
  }

  @Bean
  NodeGuards.Registries resilienceRegistries(
      CircuitBreakerRegistry breakers, BulkheadRegistry bulkheads, RateLimiterRegistry rates) {
    return new NodeGuards.Registries(breakers, bulkheads, rates);
  }

  @Bean
  GlobalFilter attemptFilter(
      Watchman watchman, ResilienceProperties properties, NodeGuards.Registries registries) {
    return new AttemptFilter(watchman, properties, new NodeGuards(registries, System::nanoTime));
  }

  @Bean
  AdaptiveLimit adaptiveLimit(ResilienceProperties properties) {
    return new AdaptiveLimit(properties.adaptive());
  }

  @Bean
  GlobalFilter resilienceFilter(
      ResilienceProperties properties,
      NodeGuards.Registries registries,
      AdaptiveLimit limit,
      Watchman watchman,
      MeterRegistry registry) {
    ResilienceMeters meters = new ResilienceMeters(registry, limit, watchman);
    return new ResilienceFilter(
        new ResilienceFilter.Parts(
            registries,
            limit,
            properties.adaptive().enabled(),
            new Fallbacks(properties.fallbackModels(), meters),
            meters,
            System::nanoTime));
  }
}
