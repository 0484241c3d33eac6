package io.tokenlane.gateway.admission;

import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.route.HttpProperties;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class AdmissionConfig {
  @Bean
  GlobalFilter admissionFilter(LiveSettings settings) {
    return new LiveFilter<>(
        settings.follow(
            all -> new AdmissionFilter(Bodies.reader(all)),
            LimitsProperties.class,
            HttpProperties.class));
  }

  @Bean
  Bodies bodies(LiveSettings settings) {
    return new Bodies(settings);
  }
}
