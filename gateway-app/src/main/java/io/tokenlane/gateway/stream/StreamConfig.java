package io.tokenlane.gateway.stream;

import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class StreamConfig {
  @Bean
  GlobalFilter streamFilter(StreamProperties properties) {
    return new StreamFilter(properties);
  }

  @Bean
  GlobalFilter heartbeatFilter(StreamProperties properties) {
    return new HeartbeatFilter(properties.heartbeat());
  }
}
