package io.tokenlane.node.openai;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * {@code GET /metrics}: what {@code /actuator/prometheus} shows, where endpoint pickers of the
 * Gateway API's inference extension and whoever knows vLLM's server look for it.
 */
final class MetricsPage {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final @Nullable PrometheusMeterRegistry registry;
  private final Scheduler scheduler;

  /**
   * @param registry null where metrics are not exported
   */
  MetricsPage(@Nullable PrometheusMeterRegistry registry, Scheduler scheduler) {
    this.registry = registry;
    this.scheduler = scheduler;
  }

  Mono<ServerResponse> read(ServerRequest request) {
    PrometheusMeterRegistry exported = registry;
    if (exported == null) {
      return Mono.error(
          new ApiException(
              HttpStatus.NOT_FOUND,
              "/metrics: not exported (expected: management.prometheus.metrics.export.enabled: true)",
              null,
              "not_exported"));
    }
    return Mono.fromCallable(() -> exported.scrape(TYPE))
        .subscribeOn(scheduler)
        .flatMap(text -> ServerResponse.ok().header("Content-Type", TYPE).bodyValue(text));
  }
}
