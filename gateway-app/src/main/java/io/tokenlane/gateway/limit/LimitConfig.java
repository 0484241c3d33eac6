package io.tokenlane.gateway.limit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class LimitConfig {
  @Bean
  GlobalFilter limitFilter(LimitsProperties limits, QuotaStore store, MeterRegistry meters) {
    Places places = new Places();
    Gauge.builder("tokenlane.limits.concurrent", places, Places::taken).register(meters);
    LimitRules rules = new LimitRules(limits.rules(), limits.prices(), InstantSource.system());
    return new LimitFilter(rules, store, places, limits.unstatedOutput(), meters);
  }

  @Bean
  QuotaStore quotaStore(LimitsProperties limits, MeterRegistry meters) {
    LocalQuotas own = new LocalQuotas(InstantSource.system());
    return limits.redis() == null
        ? own
        : new RedisQuotas(limits.redis(), own, meters.counter("tokenlane.limits.redis.failures"));
  }
}
