package io.tokenlane.gateway.translate;

import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class TranslateConfig {
  @Bean
  GlobalFilter translateFilter() {
    return new TranslateFilter();
  }
}
