package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.tokenlane.gateway.error.ErrorAnswers;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.route.ClientAddress;
import io.tokenlane.gateway.route.TrustedProxies;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class TelemetryConfig {
  @Bean
  AccessLog accessLog(LogProperties properties, MeterRegistry registry, LiveSettings settings) {
    AccessLog log =
        new AccessLog(
            properties, () -> ThreadLocalRandom.current().nextDouble(), InstantSource.system());
    settings.onChange(LogProperties.class, changed -> log.sample(changed.sample()));
    return log.metered(registry);
  }

  @Bean
  ClientAddress clientAddress(TrustedProxies trusted) {
    return new ClientAddress(trusted);
  }

  @Bean
  PassedRequests passedRequests(
      AccessLog log,
      MeterRegistry registry,
      RequestTimes times,
      CallTracer tracer,
      ObjectProvider<CallWatch> watches) {
    return new PassedRequests(log, registry, times, tracer, watches.orderedStream().toList());
  }

  @Bean
  RequestTimes requestTimes(MeterRegistry registry) {
    return new RequestTimes(registry);
  }

  @Bean
  WebFilter endFilter(
      ApplicationContext api,
      ErrorAnswers errors,
      RequestTimes times,
      MeterRegistry registry,
      EndFilter.Ends ends) {
    return new EndFilter(api, errors, times, new CallMeters(registry), ends);
  }

  /** {@link RequestTimes} tells what the observation would; the management port keeps it. */
  @Bean
  WebHttpHandlerBuilderCustomizer unobserved() {
    return builder -> builder.observationRegistry(ObservationRegistry.NOOP);
  }

  @Bean
  EndFilter.Ends ends(
      AccessLog log,
      ClientAddress address,
      ObjectProvider<CallWatch> watches,
      CallTracer tracer,
      Exemplars exemplars) {
    return new EndFilter.Ends(log, address, watches.orderedStream().toList(), tracer, exemplars);
  }

  @Bean
  CallTracer callTracer(TelemetryProperties properties) {
    Spans spans =
        properties.endpoint() == null ? null : new Spans(properties.endpoint(), properties);
    return new CallTracer(spans, InstantSource.system());
  }

  @Bean
  Exemplars exemplars() {
    return new Exemplars();
  }

  /** Metrics go where traces go; Prometheus reads them beside that. */
  @Bean
  @ConditionalOnProperty("tokenlane.telemetry.endpoint")
  OtlpMeterRegistry otlpMeterRegistry(TelemetryProperties properties) {
    OtlpConfig config =
        key ->
            switch (key) {
              case "otlp.url" ->
                  String.valueOf(properties.endpoint()).replaceAll("/+$", "") + "/v1/metrics";
              case "otlp.resourceAttributes" -> "service.name=" + properties.serviceName();
              default -> null;
            };
    return new OtlpMeterRegistry(config, Clock.SYSTEM);
  }
}
