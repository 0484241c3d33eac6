package io.tokenlane.gateway.pass;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.netty.channel.ChannelPipeline;
import io.tokenlane.gateway.balance.NodeTurns;
import io.tokenlane.gateway.cache.CacheProperties;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.prefetch.PrefetchProperties;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.reload.Sections;
import io.tokenlane.gateway.resilience.NodeGuards;
import io.tokenlane.gateway.resilience.ResilienceProperties;
import io.tokenlane.gateway.resilience.Watchman;
import io.tokenlane.gateway.route.HeaderDeadline;
import io.tokenlane.gateway.route.HttpProperties;
import io.tokenlane.gateway.route.RouteList;
import io.tokenlane.gateway.route.UpstreamGuard;
import io.tokenlane.gateway.security.SecurityProperties;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
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

  /** Whose requests have permits, which only the filters look at. */
  @Bean
  PassNeeds passNeeds(
      CircuitBreakerRegistry breakers, BulkheadRegistry bulkheads, RateLimiterRegistry rates) {
    return new PassNeeds(
        id ->
            breakers.find(id).isPresent()
                || bulkheads.find(id).isPresent()
                || rates.find(id).isPresent());
  }

  /** Whose requests need more than passing. */
  record PassNeeds(Predicate<String> byRoute) {}

  /** Whether no request may pass, for what was configured at the start. */
  @Bean
  PassBarred passBarred(
      HttpClientProperties client, GlobalCorsProperties cors, Environment environment) {
    return new PassBarred(
        !cors.getCorsConfigurations().isEmpty()
            || client.getResponseTimeout() != null
            || client.getProxy().getHost() != null
            || environment.getProperty("server.compression.enabled", Boolean.class, false)
            || environment.getProperty(
                "spring.cloud.gateway.server.webflux.discovery.locator.enabled",
                Boolean.class,
                false)
            || oneServer(environment));
  }

  /** Whether all requests go through the filters. */
  record PassBarred(boolean barred) {}

  @Bean
  PassRules passRules(LiveSettings settings, PassNeeds needs, PassBarred barred) {
    return new PassRules(
        settings.follow(
            all -> table(all, needs, barred.barred()),
            RouteList.class,
            ResilienceProperties.class,
            CacheProperties.class,
            PrefetchProperties.class,
            HttpProperties.class,
            SecurityProperties.class,
            LimitsProperties.class));
  }

  private static PassRules.Table table(Sections all, PassNeeds needs, boolean barred) {
    Set<String> special =
        Stream.concat(
                all.get(ResilienceProperties.class).routes().keySet().stream(),
                all.get(CacheProperties.class).routes().keySet().stream())
            .collect(Collectors.toSet());
    RouteList routes = all.get(RouteList.class);
    boolean none = barred || !routes.defaultFilters().isEmpty() || !mayPass(all);
    PrefetchProperties prefetch = all.get(PrefetchProperties.class);
    return new PassRules.Table(
        new PassRoutes(
            none ? List.of() : routes.routes(),
            id -> special.contains(id) || needs.byRoute().test(id)),
        all.get(CacheProperties.class).enabled(),
        prefetch.enabled() ? Set.copyOf(prefetch.endpoints()) : Set.of(),
        all.get(HttpProperties.class).bodyTimeout());
  }

  private static boolean mayPass(Sections all) {
    SecurityProperties security = all.get(SecurityProperties.class);
    boolean everyRequestIsLookedAt =
        security.apiKeys() != null
            || security.jwt() != null
            || security.mtls() != null
            || !all.get(LimitsProperties.class).rules().isEmpty()
            || all.get(PrefetchProperties.class).foresight() != null;
    return all.get(HttpProperties.class).passThrough() && !everyRequestIsLookedAt;
  }

  /** The actuator on the API's port, where a route could lie over it. */
  private static boolean oneServer(Environment environment) {
    String management = environment.getProperty("management.server.port");
    return management == null
        || (!management.equals("0") && management.equals(environment.getProperty("server.port")));
  }

  @Bean
  GlobalFilter passLearner(PassRules rules) {
    return new PassLearner(rules);
  }

  @Bean
  Passing.Nodes passNodes(NodeTurns turns, NodeGuards guards, Watchman watchman) {
    return new Passing.Nodes(turns, guards, watchman);
  }

  @Bean
  Passing passing(
      PassRules rules,
      AnswerCache cache,
      PassedRequests told,
      UpstreamConnections.Connecting connecting,
      Passing.Nodes nodes) {
    return new Passing(rules, cache, told, connecting, nodes);
  }

  @Bean
  UpstreamConnections.Connecting passConnecting(HttpClientProperties client, UpstreamGuard guard) {
    Integer connect = client.getConnectTimeout();
    return new UpstreamConnections.Connecting(
        HttpResources.get(),
        NameResolverProvider.builder().build().newNameResolverGroup(HttpResources.get(), true),
        connect == null ? CONNECT_MILLIS : connect,
        guard);
  }

  @Bean
  PassLifecycle passLifecycle(Passing passing, ScheduledExecutorService clockwork) {
    return new PassLifecycle(passing, clockwork);
  }

  /** Behind whoever answers from the cache, before Reactor Netty. */
  @Bean
  NettyServerCustomizer passHandlers(Passing passing, PassRules rules) {
    return server ->
        server.doOnChannelInit(
            (observer, channel, address) -> {
              if (!rules.routes().isEmpty()) {
                put(channel.pipeline(), new PassHandler(passing));
              }
            });
  }

  private static void put(ChannelPipeline pipeline, PassHandler handler) {
    if (pipeline.get(NettyPipeline.HttpCodec) != null) {
      String codec = HeaderDeadline.behindCodec(pipeline);
      pipeline.addAfter(pipeline.get(HITS) == null ? codec : HITS, "tokenlane.pass", handler);
    }
  }
}
