package io.tokenlane.gateway.balance;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.health.ActiveHealthChecks;
import io.tokenlane.balance.health.HealthSettings;
import io.tokenlane.balance.health.Timer;
import io.tokenlane.balance.strategy.Strategies;
import io.tokenlane.gateway.security.SecurityProperties;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class BalanceConfig {
  private static final int UNHEALTHY_AFTER = 2;
  private static final double JITTER = 0.1;

  @Bean
  NodePool nodePool(NodeList nodes) {
    NodePool pool = new NodePool(PoolSettings.DEFAULT);
    pool.replace(nodes.all().stream().map(n -> new Node(n.name(), n.uri(), n.weight())).toList());
    return pool;
  }

  @Bean
  NodeMeters nodeMeters(MeterRegistry registry, NodePool pool) {
    return new NodeMeters(registry, pool);
  }

  @Bean
  GlobalFilter balanceFilter(NodePool pool, BalanceProperties properties, NodeMeters meters) {
    return new BalanceFilter(
        pool,
        Strategies.named(properties.strategy()),
        properties.maxAttempts(),
        new RetryBudget(properties.retryShare()),
        meters);
  }

  @Bean
  GlobalFilter forwardFilter(SecurityProperties security, NodeList nodes) {
    Map<String, String> apiKeys =
        nodes.all().stream()
            .filter(node -> node.apiKey() != null)
            .collect(Collectors.toMap(NodeProperties::name, n -> String.valueOf(n.apiKey())));
    return new ForwardFilter(security.forwardAuthorization(), apiKeys);
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
        new HttpProbe(health.path(), health.timeout()),
        new HealthSettings(health.interval(), health.timeout(), 1, UNHEALTHY_AFTER, JITTER),
        Timer.on(clockwork),
        () -> ThreadLocalRandom.current().nextDouble());
  }
}
