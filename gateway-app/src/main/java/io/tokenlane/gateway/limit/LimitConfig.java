package io.tokenlane.gateway.limit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class LimitConfig {
  @Bean
  GlobalFilter limitFilter(LiveSettings settings, Limits limits, MeterRegistry meters) {
    Gauge.builder("tokenlane.limits.concurrent", limits.places(), Places::taken).register(meters);
    return new LiveFilter<>(
        settings.follow(
            all -> {
              LimitsProperties now = all.get(LimitsProperties.class);
              LimitRules rules = new LimitRules(now.rules(), now.prices(), InstantSource.system());
              return new LimitFilter(rules, limits, now.unstatedOutput(), meters);
            },
            LimitsProperties.class));
  }

  @Bean
  Limits limits(
      LimitsProperties properties, MeterRegistry meters, ScheduledExecutorService clockwork) {
    return properties.redis() == null
        ? Limits.own()
        : Limits.shared(
            properties.redis(), meters.counter("tokenlane.limits.redis.failures"), clockwork);
  }
}
