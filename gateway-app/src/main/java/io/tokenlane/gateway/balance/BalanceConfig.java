package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.health.ActiveHealthChecks;
import io.tokenlane.balance.health.HealthSettings;
import io.tokenlane.balance.health.Timer;
import io.tokenlane.gateway.security.SecurityProperties;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class BalanceConfig {
  private static final Duration TICK = Duration.ofMillis(50);
  private static final double JITTER = 0.1;

  @Bean
  NodePool nodePool(NodeList nodes, BalanceProperties properties) {
    NodePool pool = new NodePool(PoolSettings.DEFAULT.among(properties.gateways()));
    pool.replace(
        nodes.all().stream().map(n -> new Node(n.name(), n.uri(), n.weight(), n.limit())).toList());
    return pool;
  }

  @Bean
  LateBinding lateBinding(
      NodePool pool, BalanceProperties properties, ScheduledExecutorService clockwork) {
    LateBinding line = new LateBinding(pool, properties.maxWaiting());
    var _ =
        clockwork.scheduleWithFixedDelay(
            line::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    return line;
  }

  @Bean
  NodesEndpoint nodesEndpoint(NodePool pool) {
    return new NodesEndpoint(pool);
  }

  @Bean
  NodeMeters nodeMeters(MeterRegistry registry, NodePool pool) {
    return new NodeMeters(registry, pool);
  }

  @Bean
  GlobalFilter balanceFilter(
      NodePool pool, LateBinding line, BalanceProperties properties, NodeMeters meters) {
    return new BalanceFilter(
        pool,
        new Leasing(line, properties),
        properties.maxAttempts(),
        new RetryBudget(properties.retryShare()),
        meters);
  }

  @Bean
  GlobalFilter forwardFilter(SecurityProperties security, NodeList nodes, NodePool pool) {
    Map<String, String> apiKeys =
        nodes.all().stream()
            .filter(node -> node.apiKey() != null)
            .collect(Collectors.toMap(NodeProperties::name, n -> String.valueOf(n.apiKey())));
    return new ForwardFilter(security.forwardAuthorization(), apiKeys, pool);
  }

  @Bean
  HealthIndicator nodesHealthIndicator(NodePool pool) {
    return new NodesHealth(pool);
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledExecutorService clockwork() {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().name("clockwork").daemon().factory());
  }

  @Bean(initMethod = "start")
  ActiveHealthChecks healthChecks(
      NodePool pool, BalanceProperties properties, ScheduledExecutorService clockwork) {
    BalanceProperties.Health health = properties.health();
    return new ActiveHealthChecks(
        pool,
        new HttpProbe(health),
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
