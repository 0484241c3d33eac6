package io.tokenlane.gateway.error;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class ErrorConfig {
  @Bean
  ErrorAnswers errorAnswers() {
    return new ErrorAnswers();
  }
}
