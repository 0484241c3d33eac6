package io.tokenlane.gateway.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.gateway.error.ErrorAnswers;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class TelemetryConfig {
  @Bean
  WebFilter endFilter(ApplicationContext api, ErrorAnswers errors, MeterRegistry registry) {
    return new EndFilter(api, errors, new CallMeters(registry), new AccessLog());
  }
}
