package io.tokenlane.gateway.reload;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class ReloadConfig {
  /**
   * {@code tokenlane.reload}.
   *
   * @param interval zero for never
   */
  public record Pace(Duration interval) {}

  @Bean
  Reload reload(
      ConfigurableEnvironment environment,
      Reload.Binding binding,
      LiveSettings settings,
      MeterRegistry meters) {
    return new Reload(
        new ConfigFiles(environment), binding, settings, InstantSource.system(), meters);
  }

  @Bean
  ReloadWatch reloadWatch(Reload reload, Pace pace) {
    return new ReloadWatch(reload, pace.interval());
  }

  @Bean
  ReloadEndpoint reloadEndpoint(Reload reload) {
    return new ReloadEndpoint(reload);
  }
}
