package io.tokenlane.gateway.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.balance}.
 *
 * @param strategy {@code ewma} (default), {@code round-robin}, {@code weighted-least-connections},
 *     {@code ip-hash}, {@code consistent-hash}, {@code peak-ewma}, {@code predictive}, {@code
 *     prefix-affinity} or {@code energy-aware}
 * @param routes strategies of single routes, by route id, instead of {@code strategy}; default none
 * @param key what hashing strategies hash: {@code ip} (default), {@code header:NAME} or {@code
 *     cookie:NAME}; a request without it goes to the node with the fewest calls
 * @param gateways gateways that send to the same nodes and share their limits; ≥ 1, default 1
 * @param maxWaiting calls that may wait for a slot while all nodes are at their limits; ≥ 0,
 *     default 1000
 * @param maxWait how long one waits; &gt; 0, default 30 s
 * @param maxAttempts nodes that one request may be sent to, the first included; ≥ 1, default 3
 * @param retryShare retries of refused requests per request over time, beside a reserve of 100; 0
 *     to 1, default 0.2
 * @param discoveryInterval between two lookups of nodes by DNS or discovery client; &gt; 0, default
 *     10 s
 * @param signalsInterval between two questions to each node how busy it is, and, where {@code
 *     prefix-affinity} is used, which blocks it holds; ≥ 0, 0 for never, default 1 s
 * @param health the active health check
 */
public record BalanceProperties(
    @DefaultValue("ewma") String strategy,
    @DefaultValue Map<String, String> routes,
    @DefaultValue("ip") String key,
    @DefaultValue("1") int gateways,
    @DefaultValue("1000") int maxWaiting,
    @DefaultValue("30s") Duration maxWait,
    @DefaultValue("3") int maxAttempts,
    @DefaultValue("0.2") double retryShare,
    @DefaultValue("10s") Duration discoveryInterval,
    @DefaultValue("1s") Duration signalsInterval,
    @DefaultValue Health health) {

  private static final String BY_PREFIX = "prefix-affinity";

  /** Checks the ranges. */
  public BalanceProperties {
    routes = Map.copyOf(routes);
    requireKnown("strategy", strategy);
    routes.forEach((route, name) -> requireKnown("routes." + route, name));
    require(key.matches("ip|(header|cookie):[!-~]+"), "key", key, "ip, header:NAME or cookie:NAME");
    require(gateways >= 1, "gateways", gateways, ">= 1");
    require(maxWaiting >= 0, "max_waiting", maxWaiting, ">= 0");
    require(maxWait.isPositive(), "max_wait", maxWait, "> 0");
    require(discoveryInterval.isPositive(), "discovery_interval", discoveryInterval, "> 0");
    require(!signalsInterval.isNegative(), "signals_interval", signalsInterval, ">= 0");
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("max_attempts: " + maxAttempts + " (expected: >= 1)");
    }
    if (!(retryShare >= 0 && retryShare <= 1)) {
      throw new IllegalArgumentException("retry_share: " + retryShare + " (expected: 0 to 1)");
    }
  }

  /** Whether any route balances by prefix. */
  boolean byPrefix() {
    return strategy.equals(BY_PREFIX) || routes.containsValue(BY_PREFIX);
  }

  private static void requireKnown(String name, String strategy) {
    List<String> known = Strategies.all().stream().map(BalancingStrategy::name).toList();
    require(known.contains(strategy), name, strategy, "one of " + String.join(", ", known));
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  /**
   * {@code tokenlane.balance.health}.
   *
   * @param path asked with GET on every node; 200 to 299 means well; default the first that a node
   *     knows of {@code /actuator/health/readiness}, {@code /health} and {@code /v1/models}
   * @param body regular expression that the answer's first 64 kB must contain; default none
   * @param healthyThreshold good checks in a row that bring a node back; ≥ 1, default 1
   * @param unhealthyThreshold bad checks in a row that take it out; ≥ 1, default 2
   * @param interval between two checks of a node; &gt; 0, default 1 s
   * @param timeout after which silence is a no; &gt; 0, default 2 s
   */
  public record Health(
      @Nullable String path,
      @Nullable Pattern body,
      @DefaultValue("1") int healthyThreshold,
      @DefaultValue("2") int unhealthyThreshold,
      @DefaultValue("1s") Duration interval,
      @DefaultValue("2s") Duration timeout) {

    /** Checks the ranges. */
    public Health {
      if (path != null && !path.startsWith("/")) {
        throw new IllegalArgumentException("path: " + path + " (expected: starting with /)");
      }
      require(healthyThreshold >= 1, "healthy_threshold", healthyThreshold, ">= 1");
      require(unhealthyThreshold >= 1, "unhealthy_threshold", unhealthyThreshold, ">= 1");
      if (!interval.isPositive()) {
        throw new IllegalArgumentException("interval: " + interval + " (expected: > 0)");
      }
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
      }
    }
  }
}
