package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.health.ActiveHealthChecks;
import io.tokenlane.balance.health.HealthSettings;
import io.tokenlane.balance.health.Timer;
import io.tokenlane.gateway.catalog.ModelCatalog;
import io.tokenlane.gateway.clock.Rounds;
import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.reload.Sections;
import io.tokenlane.gateway.route.AllowedAddresses;
import io.tokenlane.gateway.route.RouteList;
import io.tokenlane.gateway.route.UpstreamGuard;
import io.tokenlane.gateway.route.UpstreamsProperties;
import io.tokenlane.gateway.security.SecurityProperties;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.gateway.config.HttpClientSslConfigurer;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.RouteDefinition;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
@LoadBalancerClients(defaultConfiguration = ServiceBalancerConfig.class)
public class BalanceConfig {
  private static final Duration TICK = Duration.ofMillis(50);
  private static final Duration METERS = Duration.ofSeconds(1);

  @Bean
  NodePool nodePool(BalanceProperties properties) {
    return new NodePool(properties.pool());
  }

  @Bean
  Addresses addresses(
      ObjectProvider<ReactiveDiscoveryClient> reactive, ObjectProvider<DiscoveryClient> blocking) {
    return new Addresses(reactive.getIfAvailable(), blocking.getIfAvailable());
  }

  @Bean
  NodeSources nodeSources(
      NodePool pool,
      NodeList nodes,
      BalanceProperties properties,
      ScheduledExecutorService clockwork,
      Addresses addresses) {
    NodeSources sources = new NodeSources(pool, nodes, addresses);
    every(properties.discoveryInterval(), clockwork, sources::look);
    return sources;
  }

  @Bean
  @Nullable ServiceWatch serviceWatch(NodeSources sources) {
    if (!sources.watched()) {
      return null;
    }
    ServiceWatch watch = WatchLoader.open(WatchLoader.folder());
    sources.follow(watch);
    return watch;
  }

  private static void every(
      Duration interval, ScheduledExecutorService clockwork, Runnable action) {
    var _ = clockwork.scheduleWithFixedDelay(action, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Spring makes a context for each service when it is first asked for, on an event loop that then
   * stands still for as long; so each is asked for before.
   */
  @Bean
  SmartInitializingSingleton serviceContexts(
      LoadBalancerClientFactory clients, LiveSettings settings) {
    return () -> {
      makeContexts(clients, settings.now(RouteList.class));
      settings.onChange(RouteList.class, changed -> makeContexts(clients, changed));
    };
  }

  private static void makeContexts(LoadBalancerClientFactory clients, RouteList routes) {
    routes.routes().stream()
        .map(RouteDefinition::getUri)
        .filter(uri -> "lb".equals(uri.getScheme()) && uri.getHost() != null)
        .forEach(uri -> clients.getInstance(uri.getHost(), ServiceInstanceListSupplier.class));
  }

  @Bean
  ServicePools servicePools(BalanceProperties properties, ScheduledExecutorService clockwork) {
    return new ServicePools(properties, clockwork);
  }

  @Bean
  BlockIndex blockIndex(
      NodeSources sources,
      LiveSettings settings,
      BalanceProperties properties,
      ScheduledExecutorService clockwork,
      NodeClients clients) {
    BlockIndex index = new BlockIndex();
    if (!properties.signalsInterval().isZero()) {
      KvFeed feed = new KvFeed(new NodeAsker(clients.pooled(), sources::apiKey), index);
      Polls polls = new Polls(sources.pool(), feed::read, System::nanoTime);
      every(
          properties.signalsInterval(),
          clockwork,
          () -> {
            feed.follow(sources.pool().nodes());
            if (settings.now(BalanceProperties.class).byPrefix()) {
              polls.look();
            }
          });
    }
    return index;
  }

  @Bean
  NodeClients nodeClients(HttpClientSslConfigurer ssl, UpstreamGuard guard) {
    return new NodeClients(ssl, guard);
  }

  @Bean
  FleetEnergy fleetEnergy(NodePool pool) {
    return new FleetEnergy(pool);
  }

  @Bean
  Polls loadPolls(
      FleetEnergy fleet,
      NodeSources sources,
      BalanceProperties properties,
      ScheduledExecutorService clockwork,
      NodeClients clients) {
    LoadQuestion question =
        new LoadQuestion(new NodeAsker(clients.pooled(), sources::apiKey), fleet);
    Polls polls = new Polls(sources.pool(), question::ask, System::nanoTime);
    if (!properties.signalsInterval().isZero()) {
      every(properties.signalsInterval(), clockwork, polls::look);
    }
    return polls;
  }

  @Bean
  Leasing leasing(BlockIndex index, ModelCatalog catalog, LiveSettings settings) {
    return new Leasing(
        index,
        catalog,
        settings.follow(
            all -> Leasing.Way.of(all.get(BalanceProperties.class)), BalanceProperties.class));
  }

  @Bean
  ModelQuestion modelQuestion(
      NodeSources sources,
      ModelCatalog catalog,
      BalanceProperties properties,
      ScheduledExecutorService clockwork,
      NodeClients clients) {
    ModelQuestion question =
        new ModelQuestion(
            clients.pooled(),
            sources.pool(),
            sources,
            catalog,
            properties.discoveryInterval(),
            System::nanoTime);
    every(METERS, clockwork, question::look);
    return question;
  }

  @Bean
  LateBinding lateBinding(
      NodePool pool, BalanceProperties properties, ScheduledExecutorService clockwork) {
    return ticking(new LateBinding(pool, properties.maxWaiting()), clockwork);
  }

  @Bean
  LineMeters lineMeters(MeterRegistry registry, LateBinding line) {
    return new LineMeters(registry, line);
  }

  /** A line that is looked at while calls wait in it. */
  static LateBinding ticking(LateBinding line, ScheduledExecutorService clockwork) {
    line.onWaiting(new Rounds(clockwork, TICK, () -> line.waiting() > 0, line::tick)::wake);
    return line;
  }

  @Bean
  LeaseAhead leaseAhead(LateBinding line, Leasing leasing) {
    return new LeaseAhead(line, leasing);
  }

  @Bean
  NodesEndpoint nodesEndpoint(NodePool pool, ServicePools services) {
    return new NodesEndpoint(pool, services);
  }

  @Bean
  NodeMeters nodeMeters(MeterRegistry registry, NodePool pool, ScheduledExecutorService clockwork) {
    NodeMeters meters = new NodeMeters(registry, pool);
    every(METERS, clockwork, meters::follow);
    return meters;
  }

  @Bean
  Standby standby(NodePool pool, NodeSources sources) {
    return new Standby(pool, sources);
  }

  @Bean
  GlobalFilter balanceFilter(
      LateBinding line,
      Leasing leasing,
      Attempts attempts,
      NodeTurns.Hearers hearers,
      Standby standby) {
    return new BalanceFilter(
        line, hearers.line(), leasing, attempts.now(), hearers.meters(), standby);
  }

  /** How often nodes are asked, as it is now. */
  record Attempts(Supplier<Attempting> now) {}

  @Bean
  Attempts attempts(LiveSettings settings) {
    return new Attempts(
        settings.follow(
            all ->
                new Attempting(
                    all.get(BalanceProperties.class).maxAttempts(),
                    new RetryBudget(all.get(BalanceProperties.class).retryShare()),
                    all.get(BalanceProperties.class).hedgeAfter(),
                    all.get(SecurityProperties.class).forwardAuthorization()),
            BalanceProperties.class,
            SecurityProperties.class));
  }

  @Bean
  NodeTurns.Hearers nodeTurnHearers(NodeMeters meters, LineMeters line, FleetEnergy fleet) {
    return new NodeTurns.Hearers(meters, line, fleet);
  }

  @Bean
  NodeTurns nodeTurns(
      LateBinding line,
      Leasing leasing,
      NodeSources sources,
      NodeTurns.Hearers hearers,
      Attempts attempts) {
    return new NodeTurns(line, leasing, sources, hearers, attempts.now());
  }

  @Bean
  GlobalFilter forwardFilter(
      LiveSettings settings, NodeSources sources, FleetEnergy fleet, BlockIndex index) {
    return new LiveFilter<>(
        settings.follow(
            all -> {
              boolean forwards = all.get(SecurityProperties.class).forwardAuthorization();
              return new ForwardFilter(forwards, sources, fleet, index);
            },
            SecurityProperties.class));
  }

  private static int checked(Sections all) {
    AllowedAddresses allowed = new AllowedAddresses(all.get(UpstreamsProperties.class));
    List<NodeProperties> nodes = all.get(NodeList.class).all();
    nodes.forEach(node -> allowed.require("nodes " + node.name(), node.uri()));
    return nodes.size();
  }

  private static void strangers(LiveSettings settings) {
    Strangers.tell(settings.now(BalanceProperties.class), settings.now(RouteList.class));
  }

  /** What a changed configuration file says of nodes and of how a pool treats them. */
  @Bean
  SmartInitializingSingleton nodesFollow(
      LiveSettings settings, NodeSources sources, NodePool pool, ServicePools services) {
    return () -> {
      var _ = settings.follow(BalanceConfig::checked, NodeList.class, UpstreamsProperties.class);
      strangers(settings);
      settings.afterChange(() -> strangers(settings));
      settings.onChange(NodeList.class, sources::replace);
      settings.onChange(
          BalanceProperties.class,
          changed -> {
            pool.treat(changed.pool());
            services.treat(changed.pool());
          });
    };
  }

  @Bean
  HealthIndicator nodesHealthIndicator(NodePool pool, NodeSources sources, ServicePools services) {
    return new NodesHealth(pool, sources, services);
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledExecutorService clockwork() {
    ScheduledThreadPoolExecutor clockwork =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("clockwork").daemon().factory());
    // What is put off for hours and then cancelled does not stay for hours.
    clockwork.setRemoveOnCancelPolicy(true);
    return clockwork;
  }

  @Bean(initMethod = "start")
  ActiveHealthChecks healthChecks(
      NodePool pool,
      NodeSources sources,
      BalanceProperties properties,
      ScheduledExecutorService clockwork,
      NodeClients clients) {
    BalanceProperties.Health health = properties.health();
    return new ActiveHealthChecks(
        pool,
        new Resting(
            pool, new HttpProbe(health, sources::apiKey, clients.single()), System::nanoTime),
        new HealthSettings(
            health.interval(),
            health.timeout(),
            health.healthyThreshold(),
            health.unhealthyThreshold(),
            health.jitter()),
        Timer.on(clockwork),
        () -> ThreadLocalRandom.current().nextDouble());
  }
}
