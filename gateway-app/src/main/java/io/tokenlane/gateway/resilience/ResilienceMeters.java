package io.tokenlane.gateway.resilience;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What Prometheus sees of refusals and fallbacks. */
final class ResilienceMeters {
  private final MeterRegistry registry;
  private final Counter shed;
  private final Counter fallbacks;

  ResilienceMeters(MeterRegistry registry, AdaptiveLimit limit, Watchman watchman) {
    this.registry = registry;
    this.shed =
        Counter.builder("tokenlane.shed")
            .description("Model calls refused by the adaptive limit")
            .register(registry);
    this.fallbacks =
        Counter.builder("tokenlane.fallbacks")
            .description("Model calls sent to another model")
            .register(registry);
    Gauge.builder("tokenlane.concurrency.limit", limit, AdaptiveLimit::current)
        .description("Model calls that may wait for the first byte of their answers")
        .register(registry);
    Gauge.builder("tokenlane.concurrency.waiting", limit, AdaptiveLimit::waiting)
        .description("Model calls whose answers have not begun")
        .register(registry);
    Gauge.builder("tokenlane.concurrency.used", limit, AdaptiveLimit::underWay)
        .description("Model calls under way")
        .register(registry);
    Gauge.builder("tokenlane.attempts", watchman, Watchman::size)
        .description("Attempts at nodes and upstreams under way")
        .register(registry);
  }

  void shed() {
    shed.increment();
  }

  void fellBack() {
    fallbacks.increment();
  }

  void refused(Permits.Refusal refusal) {
    Counter.builder("tokenlane.refused")
        .description("Requests refused by a route's permits")
        .tag("by", refusal.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }
}
