package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.health.ActiveHealthChecks;
import io.tokenlane.balance.health.HealthSettings;
import io.tokenlane.balance.health.Timer;
import io.tokenlane.gateway.catalog.ModelCatalog;
import io.tokenlane.gateway.security.SecurityProperties;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.http.client.HttpClient;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
@LoadBalancerClients(defaultConfiguration = ServiceBalancerConfig.class)
public class BalanceConfig {
  private static final Duration TICK = Duration.ofMillis(50);
  private static final Duration METERS = Duration.ofSeconds(1);
  private static final double JITTER = 0.1;

  @Bean
  NodePool nodePool(BalanceProperties properties) {
    return new NodePool(PoolSettings.DEFAULT.among(properties.gateways()));
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
    if (sources.change()) {
      every(properties.discoveryInterval(), clockwork, sources::look);
    }
    return sources;
  }

  private static void every(
      Duration interval, ScheduledExecutorService clockwork, Runnable action) {
    var _ = clockwork.scheduleWithFixedDelay(action, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Bean
  ServicePools servicePools(BalanceProperties properties, ScheduledExecutorService clockwork) {
    ServicePools pools = new ServicePools(properties);
    every(TICK, clockwork, pools::tick);
    return pools;
  }

  @Bean
  BlockIndex blockIndex(
      NodePool pool, BalanceProperties properties, ScheduledExecutorService clockwork) {
    BlockIndex index = new BlockIndex();
    if (properties.byPrefix() && !properties.signalsInterval().isZero()) {
      KvFeed feed = new KvFeed(HttpClient.create(), index);
      every(
          properties.signalsInterval(),
          clockwork,
          new Polls(pool, feed::read, System::nanoTime)::look);
    }
    return index;
  }

  @Bean
  Polls loadPolls(NodePool pool, BalanceProperties properties, ScheduledExecutorService clockwork) {
    LoadQuestion question = new LoadQuestion(HttpClient.create(), pool);
    Polls polls = new Polls(pool, question::ask, System::nanoTime);
    if (!properties.signalsInterval().isZero()) {
      every(properties.signalsInterval(), clockwork, polls::look);
    }
    return polls;
  }

  @Bean
  Leasing leasing(BlockIndex index, ModelCatalog catalog, BalanceProperties properties) {
    return new Leasing(index, catalog, properties);
  }

  @Bean
  ModelQuestion modelQuestion(
      NodePool pool,
      NodeSources sources,
      ModelCatalog catalog,
      BalanceProperties properties,
      ScheduledExecutorService clockwork) {
    ModelQuestion question =
        new ModelQuestion(
            HttpClient.create(),
            pool,
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
    LateBinding line = new LateBinding(pool, properties.maxWaiting());
    every(TICK, clockwork, line::tick);
    return line;
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
  GlobalFilter balanceFilter(
      NodePool pool,
      LateBinding line,
      Leasing leasing,
      BalanceProperties properties,
      NodeMeters meters) {
    return new BalanceFilter(
        pool,
        line,
        leasing,
        properties.maxAttempts(),
        new RetryBudget(properties.retryShare()),
        meters);
  }

  @Bean
  GlobalFilter forwardFilter(
      SecurityProperties security, NodeSources sources, NodePool pool, BlockIndex index) {
    return new ForwardFilter(security.forwardAuthorization(), sources, pool, index);
  }

  @Bean
  HealthIndicator nodesHealthIndicator(NodePool pool, NodeSources sources) {
    return new NodesHealth(pool, sources);
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledExecutorService clockwork() {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().name("clockwork").daemon().factory());
  }

  @Bean(initMethod = "start")
  ActiveHealthChecks healthChecks(
      NodePool pool,
      NodeSources sources,
      BalanceProperties properties,
      ScheduledExecutorService clockwork) {
    BalanceProperties.Health health = properties.health();
    return new ActiveHealthChecks(
        pool,
        new HttpProbe(health, sources::apiKey),
        new HealthSettings(
            health.interval(),
            health.timeout(),
            health.healthyThreshold(),
            health.unhealthyThreshold(),
            JITTER),
        Timer.on(clockwork),
        () -> ThreadLocalRandom.current().nextDouble());
  }
}
