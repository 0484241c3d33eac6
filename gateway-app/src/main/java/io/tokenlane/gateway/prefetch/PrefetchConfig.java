package io.tokenlane.gateway.prefetch;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.prefetch.PrefetchAccount;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.ToLongFunction;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class PrefetchConfig {
  private static final Map<String, ToLongFunction<PrefetchAccount>> OUTCOMES =
      Map.of(
          "done", PrefetchAccount::done,
          "failed", PrefetchAccount::failed,
          "used", PrefetchAccount::used,
          "wasted", PrefetchAccount::wasted);

  @Bean
  PrefetchPass prefetchPass(PrefetchProperties properties) {
    return new PrefetchPass(properties.ttl());
  }

  @Bean
  PrefetchStarter prefetchStarter(
      PrefetchProperties properties,
      PrefetchPass pass,
      ScheduledExecutorService clockwork,
      AnswerCache cache) {
    return new PrefetchStarter(properties, pass, clockwork, cache);
  }

  @Bean
  PrefetchEndpoint prefetchEndpoint(PrefetchStarter starter) {
    return new PrefetchEndpoint(starter);
  }

  @Bean
  MeterBinder prefetchMeters(PrefetchStarter starter) {
    return registry ->
        OUTCOMES.forEach(
            (outcome, count) ->
                FunctionCounter.builder(
                        "tokenlane.prefetch", starter, s -> total(s.accounts(), count))
                    .tag("outcome", outcome)
                    .description("Prefetches by what became of them")
                    .register(registry));
  }

  private static double total(
      Map<String, PrefetchAccount> accounts, ToLongFunction<PrefetchAccount> count) {
    return accounts.values().stream().mapToLong(count).sum();
  }
}
