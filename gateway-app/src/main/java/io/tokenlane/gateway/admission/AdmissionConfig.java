package io.tokenlane.gateway.admission;

import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.route.HttpProperties;
import java.time.Duration;
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
            all -> {
              long maxBytes = all.get(LimitsProperties.class).maxBody().toBytes();
              Duration timeout = all.get(HttpProperties.class).bodyTimeout();
              return new AdmissionFilter(new BodyReader(Math.toIntExact(maxBytes), timeout));
            },
            LimitsProperties.class,
            HttpProperties.class));
  }
}
