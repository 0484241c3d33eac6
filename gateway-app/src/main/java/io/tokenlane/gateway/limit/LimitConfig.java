package io.tokenlane.gateway.limit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import java.time.InstantSource;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class LimitConfig {
  @Bean
  GlobalFilter limitFilter(LiveSettings settings, QuotaStore store, MeterRegistry meters) {
    Places places = new Places();
    Gauge.builder("tokenlane.limits.concurrent", places, Places::taken).register(meters);
    return new LiveFilter<>(
        settings.follow(
            all -> {
              LimitsProperties now = all.get(LimitsProperties.class);
              LimitRules rules = new LimitRules(now.rules(), now.prices(), InstantSource.system());
              return new LimitFilter(rules, store, places, now.unstatedOutput(), meters);
            },
            LimitsProperties.class));
  }

  @Bean
  QuotaStore quotaStore(LimitsProperties limits, MeterRegistry meters) {
    LocalQuotas own = new LocalQuotas(InstantSource.system());
    return limits.redis() == null
        ? own
        : new RedisQuotas(limits.redis(), own, meters.counter("tokenlane.limits.redis.failures"));
  }
}
