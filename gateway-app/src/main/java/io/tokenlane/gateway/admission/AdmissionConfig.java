package io.tokenlane.gateway.admission;

import io.tokenlane.gateway.limit.LimitsProperties;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class AdmissionConfig {
  @Bean
  GlobalFilter admissionFilter(LimitsProperties limits) {
    return new AdmissionFilter(limits);
  }
}
