package io.tokenlane.gateway.resilience;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class ResilienceConfig {
  @Bean
  Farewell farewell(
      Watchman watchman,
      ScheduledExecutorService clockwork,
      @Value("${spring.lifecycle.timeout-per-shutdown-phase:30s}") Duration bound) {
    return new Farewell(watchman, clockwork, bound);
  }

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
  NodeGuards nodeGuards(NodeGuards.Registries registries, NodePool pool) {
    return new NodeGuards(registries, pool, System::nanoTime);
  }

  @Bean
  GlobalFilter attemptFilter(Watchman watchman, LiveSettings settings, NodeGuards guards) {
    return new LiveFilter<>(
        settings.follow(
            all -> new AttemptFilter(watchman, all.get(ResilienceProperties.class), guards),
            ResilienceProperties.class));
  }

  @Bean
  AdaptiveLimit adaptiveLimit(ResilienceProperties properties, LiveSettings settings) {
    AdaptiveLimit limit =
        new AdaptiveLimit(
            properties.adaptive(), AdaptiveLimit.fitting(Runtime.getRuntime().maxMemory()));
    settings.onChange(ResilienceProperties.class, changed -> limit.bound(changed.adaptive()));
    return limit;
  }

  @Bean
  GlobalFilter resilienceFilter(
      LiveSettings settings,
      NodeGuards.Registries registries,
      AdaptiveLimit limit,
      Watchman watchman,
      MeterRegistry registry) {
    ResilienceMeters meters = new ResilienceMeters(registry, limit, watchman);
    return new LiveFilter<>(
        settings.follow(
            all -> {
              ResilienceProperties now = all.get(ResilienceProperties.class);
              return new ResilienceFilter(
                  new ResilienceFilter.Parts(
                      registries,
                      limit,
                      now.adaptive().enabled(),
                      new Fallbacks(now.fallbackModels(), meters),
                      meters,
                      System::nanoTime));
            },
            ResilienceProperties.class));
  }
}
