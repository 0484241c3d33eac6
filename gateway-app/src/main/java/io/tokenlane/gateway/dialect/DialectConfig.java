package io.tokenlane.gateway.dialect;

import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class DialectConfig {
  @Bean
  GlobalFilter dialectFilter() {
    return new DialectFilter();
  }
}
