package io.tokenlane.gateway.config;

import io.tokenlane.gateway.balance.BalanceProperties;
import io.tokenlane.gateway.balance.NodeList;
import io.tokenlane.gateway.cache.CacheProperties;
import io.tokenlane.gateway.compress.CompressionProperties;
import io.tokenlane.gateway.console.ConsoleConfig;
import io.tokenlane.gateway.console.ConsoleProperties;
import io.tokenlane.gateway.energy.EnergyProperties;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.prefetch.PrefetchProperties;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.reload.Reload;
import io.tokenlane.gateway.reload.ReloadConfig;
import io.tokenlane.gateway.reload.Sections;
import io.tokenlane.gateway.resilience.ResilienceProperties;
import io.tokenlane.gateway.route.HttpProperties;
import io.tokenlane.gateway.route.RouteList;
import io.tokenlane.gateway.security.AdminToken;
import io.tokenlane.gateway.security.SecurityProperties;
import io.tokenlane.gateway.stream.StreamProperties;
import io.tokenlane.gateway.telemetry.LogProperties;
import io.tokenlane.gateway.telemetry.TelemetryProperties;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Binds {@code tokenlane} and {@code prefetch} to records. A key that no record has, or a value out
 * of its range, stops the start.
 */
@Configuration(proxyBeanMethods = false)
public class ConfigBinding {
  private static final String ROOT = "tokenlane";
  private static final String PREFETCH = "prefetch";

  @Bean
  TokenlaneProperties tokenlaneProperties(Environment environment) {
    requireSection(environment, ROOT);
    return Binder.get(environment)
        .bindOrCreate(ROOT, Bindable.of(TokenlaneProperties.class), strict());
  }

  @Bean
  PrefetchProperties prefetchProperties(Environment environment, TokenlaneProperties ours) {
    requireSection(environment, PREFETCH);
    PrefetchProperties bare =
        Binder.get(environment)
            .bind(PREFETCH, Bindable.of(PrefetchProperties.class), strict())
            .orElse(null);
    if (bare != null && ours.prefetch() != null) {
      throw new IllegalArgumentException(
          "prefetch: set twice (expected: either prefetch or tokenlane.prefetch)");
    }
    PrefetchProperties set = bare == null ? ours.prefetch() : bare;
    return set == null ? PrefetchProperties.NONE : set;
  }

  /** A list or a text where a section belongs has no key that binding would miss. */
  private static void requireSection(Environment environment, String name) {
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      ConfigurationProperty text =
          source.getConfigurationProperty(ConfigurationPropertyName.of(name));
      if (text != null && !text.getValue().toString().isEmpty()) {
        throw notASection(name, text.getValue().toString());
      }
      if (listed(source, name)) {
        throw notASection(name, "a list");
      }
    }
  }

  private static boolean listed(ConfigurationPropertySource source, String name) {
    return source instanceof IterableConfigurationPropertySource all
        && all.stream()
            .anyMatch(
                key ->
                    key.getNumberOfElements() > 1
                        && key.isNumericIndex(1)
                        && key.getElement(0, ConfigurationPropertyName.Form.UNIFORM).equals(name));
  }

  private static IllegalArgumentException notASection(String name, String value) {
    return new IllegalArgumentException(
        name + ": " + value + " (expected: a section with properties)");
  }

  /** Unknown keys fail; environment variables that only begin alike do not count. */
  private static BindHandler strict() {
    return new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
  }

  @Bean
  NodeList nodeList(TokenlaneProperties ours) {
    return new NodeList(ours.nodes());
  }

  @Bean
  LimitsProperties limitsProperties(TokenlaneProperties ours) {
    return ours.limits();
  }

  @Bean
  HttpProperties httpProperties(TokenlaneProperties ours) {
    return ours.http();
  }

  @Bean
  CacheProperties cacheProperties(TokenlaneProperties ours) {
    return ours.cache();
  }

  @Bean
  CompressionProperties compressionProperties(TokenlaneProperties ours) {
    return ours.compression();
  }

  @Bean
  BalanceProperties balanceProperties(TokenlaneProperties ours) {
    return ours.balance();
  }

  @Bean
  ResilienceProperties resilienceProperties(TokenlaneProperties ours) {
    return ours.resilience();
  }

  @Bean
  LogProperties logProperties(TokenlaneProperties ours) {
    return ours.log();
  }

  @Bean
  StreamProperties streamProperties(TokenlaneProperties ours) {
    return ours.stream();
  }

  @Bean
  TelemetryProperties telemetryProperties(TokenlaneProperties ours) {
    return ours.telemetry();
  }

  @Bean
  ConsoleProperties consoleProperties(TokenlaneProperties ours) {
    return ours.console();
  }

  /** Whether the gateway would start with an environment. */
  @Bean
  ConsoleConfig.ConfigCheck configCheck(Reload reload) {
    return environment -> Optional.of(reload.complaint(environment)).filter(why -> !why.isEmpty());
  }

  /** What follows the configuration files while the gateway runs. */
  @Bean
  LiveSettings liveSettings(
      TokenlaneProperties ours, PrefetchProperties prefetch, GatewayProperties routes) {
    return new LiveSettings(sections(ours, prefetch, RouteList.of(routes)));
  }

  private static Sections sections(
      TokenlaneProperties ours, PrefetchProperties prefetch, RouteList routes) {
    return new Sections(
        new NodeList(ours.nodes()),
        ours.limits(),
        ours.http(),
        ours.cache(),
        ours.compression(),
        ours.balance(),
        ours.resilience(),
        ours.stream(),
        ours.log(),
        ours.security(),
        ours.upstreams(),
        prefetch,
        routes);
  }

  @Bean
  AdminToken adminToken(TokenlaneProperties ours) {
    return new AdminToken(ours.console().token());
  }

  @Bean
  ReloadConfig.Pace reloadPace(TokenlaneProperties ours) {
    return new ReloadConfig.Pace(ours.reload());
  }

  @Bean
  Reload.Binding reloadBinding(ObjectProvider<ApplicationArguments> arguments) {
    ApplicationArguments given = arguments.getIfAvailable();
    String[] started = given == null ? new String[0] : given.getSourceArgs();
    return new FileBinding(LastGoodConfig.of(started, System.getenv()));
  }

  /** The same binding as at the start. */
  private final class FileBinding implements Reload.Binding {
    private final Optional<LastGoodConfig> lastGood;

    FileBinding(Optional<LastGoodConfig> lastGood) {
      this.lastGood = lastGood;
    }

    @Override
    public Sections bind(ConfigurableEnvironment environment) {
      TokenlaneProperties ours = tokenlaneProperties(environment);
      GatewayProperties routes =
          Binder.get(environment)
              .bindOrCreate(GatewayProperties.PREFIX, Bindable.of(GatewayProperties.class));
      return sections(ours, prefetchProperties(environment, ours), RouteList.of(routes));
    }

    @Override
    public String complaint(RuntimeException failure) {
      return StartFailureAnalyzer.complaint(failure);
    }

    @Override
    public void wentWell() {
      lastGood.ifPresent(LastGoodConfig::keep);
    }
  }

  @Bean
  SecurityProperties securityProperties(TokenlaneProperties ours) {
    return ours.security();
  }

  @Bean
  EnergyProperties energyProperties(TokenlaneProperties ours) {
    return ours.energy();
  }
}
