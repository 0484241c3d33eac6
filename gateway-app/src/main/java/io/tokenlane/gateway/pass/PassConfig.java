package io.tokenlane.gateway.pass;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.netty.channel.ChannelPipeline;
import io.tokenlane.gateway.cache.CacheProperties;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.prefetch.PrefetchProperties;
import io.tokenlane.gateway.resilience.ResilienceProperties;
import io.tokenlane.gateway.route.HeaderDeadline;
import io.tokenlane.gateway.route.HttpProperties;
import io.tokenlane.gateway.security.SecurityProperties;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.GlobalCorsProperties;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpResources;
import reactor.netty.transport.NameResolverProvider;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class PassConfig {
  private static final int CONNECT_MILLIS = 1_000;
  private static final String HITS = "tokenlane.hits";

  /** What is configured for routes of an id, in places that only the filters look at. */
  @Bean
  PassNeeds passNeeds(
      ResilienceProperties resilience,
      CacheProperties cache,
      CircuitBreakerRegistry breakers,
      BulkheadRegistry bulkheads,
      RateLimiterRegistry rates) {
    return new PassNeeds(
        id ->
            resilience.routes().containsKey(id)
                || cache.routes().containsKey(id)
                || breakers.find(id).isPresent()
                || bulkheads.find(id).isPresent()
                || rates.find(id).isPresent());
  }

  /** Whose requests need more than passing. */
  record PassNeeds(Predicate<String> byRoute) {}

  @Bean
  PassRoutes passRoutes(
      GatewayProperties gateway,
      PassNeeds needs,
      HttpClientProperties client,
      GlobalCorsProperties cors,
      Environment environment) {
    boolean more =
        !gateway.getDefaultFilters().isEmpty()
            || !cors.getCorsConfigurations().isEmpty()
            || client.getResponseTimeout() != null
            || client.getProxy().getHost() != null
            || environment.getProperty("server.compression.enabled", Boolean.class, false)
            || environment.getProperty(
                "spring.cloud.gateway.server.webflux.discovery.locator.enabled",
                Boolean.class,
                false)
            || oneServer(environment);
    return new PassRoutes(more ? List.of() : gateway.getRoutes(), needs.byRoute());
  }

  /** The actuator on the API's port, where a route could lie over it. */
  private static boolean oneServer(Environment environment) {
    String management = environment.getProperty("management.server.port");
    return management == null
        || (!management.equals("0") && management.equals(environment.getProperty("server.port")));
  }

  @Bean
  GlobalFilter passLearner(PassRoutes routes) {
    return new PassLearner(routes);
  }

  @Bean
  Passing passing(
      PassRoutes routes, AnswerCache cache, PassedRequests told, Passing.Settings settings) {
    return new Passing(routes, cache, told, settings);
  }

  @Bean
  Passing.Settings passSettings(
      CacheProperties cache,
      PrefetchProperties prefetch,
      HttpClientProperties client,
      HttpProperties http) {
    Integer connect = client.getConnectTimeout();
    return new Passing.Settings(
        cache.enabled(),
        prefetch.enabled() ? Set.copyOf(prefetch.endpoints()) : Set.of(),
        new UpstreamConnections.Connecting(
            HttpResources.get(),
            NameResolverProvider.builder().build().newNameResolverGroup(HttpResources.get(), true),
            connect == null ? CONNECT_MILLIS : connect),
        http.bodyTimeout());
  }

  @Bean
  PassLifecycle passLifecycle(Passing passing, ScheduledExecutorService clockwork) {
    return new PassLifecycle(passing, clockwork);
  }

  /**
   * Whether requests may pass at all.
   *
   * @param on false where every request is looked at by something that only the filters are
   */
  record PassSwitch(boolean on) {}

  @Bean
  PassSwitch passSwitch(
      SecurityProperties security,
      LimitsProperties limits,
      PrefetchProperties prefetch,
      HttpProperties http) {
    boolean everyRequestIsLookedAt =
        security.apiKeys() != null
            || security.jwt() != null
            || security.mtls() != null
            || !limits.rules().isEmpty()
            || prefetch.foresight() != null;
    return new PassSwitch(http.passThrough() && !everyRequestIsLookedAt);
  }

  /** Behind whoever answers from the cache, before Reactor Netty. */
  @Bean
  NettyServerCustomizer passHandlers(Passing passing, PassRoutes routes, PassSwitch mayPass) {
    if (!mayPass.on() || routes.isEmpty()) {
      return server -> server;
    }
    return server ->
        server.doOnChannelInit(
            (observer, channel, address) -> put(channel.pipeline(), new PassHandler(passing)));
  }

  private static void put(ChannelPipeline pipeline, PassHandler handler) {
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      String codec = HeaderDeadline.behindCodec(pipeline);
      pipeline.addAfter(pipeline.get(HITS) == null ? codec : HITS, "tokenlane.pass", handler);
    }
  }
}
