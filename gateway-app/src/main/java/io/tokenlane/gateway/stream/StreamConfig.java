package io.tokenlane.gateway.stream;

import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class StreamConfig {
  @Bean
  GlobalFilter streamFilter(LiveSettings settings) {
    return new LiveFilter<>(
        settings.follow(
            all -> new StreamFilter(all.get(StreamProperties.class)), StreamProperties.class));
  }

  @Bean
  GlobalFilter heartbeatFilter(LiveSettings settings) {
    return new LiveFilter<>(
        settings.follow(
            all -> new HeartbeatFilter(all.get(StreamProperties.class).heartbeat()),
            StreamProperties.class));
  }
}
