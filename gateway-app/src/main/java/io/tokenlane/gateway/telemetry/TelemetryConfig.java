package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.error.ErrorAnswers;
import io.tokenlane.gateway.route.ClientAddress;
import io.tokenlane.gateway.route.HttpProperties;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class TelemetryConfig {
  @Bean
  AccessLog accessLog(LogProperties properties, MeterRegistry registry) {
    return new AccessLog(
            properties, () -> ThreadLocalRandom.current().nextDouble(), InstantSource.system())
        .metered(registry);
  }

  @Bean
  PassedRequests passedRequests(AccessLog log, MeterRegistry registry) {
    return new PassedRequests(log, registry);
  }

  @Bean
  WebFilter endFilter(
      ApplicationContext api,
      ErrorAnswers errors,
      MeterRegistry registry,
      AccessLog log,
      HttpProperties http) {
    return new EndFilter(api, errors, new CallMeters(registry), log, new ClientAddress(http));
  }
}
