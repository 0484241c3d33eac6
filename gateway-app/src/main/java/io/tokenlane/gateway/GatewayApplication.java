package io.tokenlane.gateway;

import ch.qos.logback.classic.Level;
import io.tokenlane.gateway.admission.AdmissionConfig;
import io.tokenlane.gateway.balance.BalanceConfig;
import io.tokenlane.gateway.cache.CacheConfig;
import io.tokenlane.gateway.catalog.CatalogConfig;
import io.tokenlane.gateway.compress.CompressConfig;
import io.tokenlane.gateway.config.ConfigBinding;
import io.tokenlane.gateway.config.LastGoodConfig;
import io.tokenlane.gateway.console.ConsoleConfig;
import io.tokenlane.gateway.dialect.DialectConfig;
import io.tokenlane.gateway.energy.EnergyConfig;
import io.tokenlane.gateway.error.ErrorConfig;
import io.tokenlane.gateway.limit.LimitConfig;
import io.tokenlane.gateway.pass.PassConfig;
import io.tokenlane.gateway.prefetch.PrefetchConfig;
import io.tokenlane.gateway.reload.ReloadConfig;
import io.tokenlane.gateway.resilience.ResilienceConfig;
import io.tokenlane.gateway.route.EventLoops;
import io.tokenlane.gateway.route.RouteConfig;
import io.tokenlane.gateway.security.SecurityConfig;
import io.tokenlane.gateway.stream.StreamConfig;
import io.tokenlane.gateway.telemetry.TelemetryConfig;
import io.tokenlane.gateway.translate.TranslateConfig;
import java.security.Security;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import reactor.netty.ReactorNetty;

/**
 * Starts the gateway. Each feature brings its own configuration; there is no scanning, and what the
 * gateway does not use is not configured, for the sake of a quick start.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(
    excludeName = {
      "org.springframework.boot.autoconfigure.aop.AopAutoConfiguration",
      "org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration",
      "org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration",
      "org.springframework.boot.health.autoconfigure.application.DiskSpaceHealthContributorAutoConfiguration",
      "org.springframework.boot.health.autoconfigure.application.SslHealthContributorAutoConfiguration",
      "org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration",
      "org.springframework.boot.http.client.autoconfigure.metrics.HttpClientMetricsAutoConfiguration",
      "org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration",
      "org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.logging.logback.LogbackMetricsAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.ssl.SslMetricsAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.startup.StartupTimeMetricsListenerAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.task.TaskExecutorMetricsAutoConfiguration",
      "org.springframework.boot.micrometer.observation.autoconfigure.ScheduledTasksObservationAutoConfiguration",
      "org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration",
      "org.springframework.boot.restclient.autoconfigure.RestClientObservationAutoConfiguration",
      "org.springframework.boot.webflux.autoconfigure.ReactiveMultipartAutoConfiguration",
      "org.springframework.boot.webflux.autoconfigure.WebFluxObservationAutoConfiguration",
      "org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration"
    })
@Import({
  ConfigBinding.class,
  ReloadConfig.class,
  RouteConfig.class,
  ErrorConfig.class,
  TelemetryConfig.class,
  SecurityConfig.class,
  AdmissionConfig.class,
  CatalogConfig.class,
  DialectConfig.class,
  TranslateConfig.class,
  LimitConfig.class,
  CacheConfig.class,
  CompressConfig.class,
  BalanceConfig.class,
  ResilienceConfig.class,
  StreamConfig.class,
  EnergyConfig.class,
  PrefetchConfig.class,
  PassConfig.class,
  ConsoleConfig.class
})
public class GatewayApplication {
  private static final int DID_NOT_START = 1;
  private static final String NAMES_HOLD = "networkaddress.cache.ttl";

  /** One that stands still must not be all there are. */
  private static final int LEAST_LOOPS = 2;

  /** Runs until stopped; exits with 1, one line on standard error, where it cannot start. */
  public static void main(String[] args) {
    namesAreLookedUpAgain();
    sayItOnce();
    oneEventLoopAProcessor();
    Optional<LastGoodConfig> lastGood = LastGoodConfig.of(args, System.getenv());
    if (starts(args)) {
      lastGood.ifPresent(LastGoodConfig::keep);
      return;
    }
    Optional<String[]> older = lastGood.flatMap(config -> config.instead(args));
    if (older.isEmpty()) {
      System.exit(DID_NOT_START);
    }
    lastGood.ifPresent(
        config -> System.err.println("tokenlane: starting with the last good " + config.copy()));
    if (!starts(older.get())) {
      System.exit(DID_NOT_START);
    }
  }

  /**
   * The JVM would keep the addresses of a name for half a minute, longer than nodes are looked up.
   */
  static void namesAreLookedUpAgain() {
    if (System.getProperty("sun.net.inetaddr.ttl") == null
        && Security.getProperty(NAMES_HOLD) == null) {
      Security.setProperty(NAMES_HOLD, "1");
    }
  }

  /** Reactor Netty has four at least, which on fewer processors take the time from each other. */
  private static void oneEventLoopAProcessor() {
    if (System.getProperty(ReactorNetty.IO_WORKER_COUNT) == null) {
      int processors = Math.max(LEAST_LOOPS, Runtime.getRuntime().availableProcessors());
      System.setProperty(ReactorNetty.IO_WORKER_COUNT, Integer.toString(processors));
    }
  }

  private static boolean starts(String[] args) {
    EventLoops.use();
    SpringApplication application = new SpringApplication(GatewayApplication.class);
    application.setBannerMode(Banner.Mode.OFF);
    try {
      application.run(args);
      return true;
    } catch (RuntimeException reported) {
      return false;
    }
  }

  /** OneLineReporter tells why a start failed, also where it fails before logging is configured. */
  private static void sayItOnce() {
    String second = "org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter";
    if (LoggerFactory.getLogger(second) instanceof ch.qos.logback.classic.Logger logger) {
      logger.setLevel(Level.OFF);
    }
  }
}
