package io.tokenlane.gateway.balance;

import io.tokenlane.balance.PoolSettings;
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
 * @param alpha part that one answer has in a node's smoothed latency; &gt; 0, ≤ 1, default 0.3
 * @param key what hashing strategies hash: {@code ip} (default), {@code key} (the credential that
 *     the client came in with), {@code header:NAME} or {@code cookie:NAME}; a request without it
 *     goes to the node with the fewest calls
 * @param keys the same of single routes, by route id, instead of {@code key}; default none
 * @param gateways gateways that send to the same nodes and share their limits; ≥ 1, default 1
 * @param learnSlots whether nodes that do not tell how many calls they serve at once are watched
 *     for it, so that calls wait here for a free slot; only {@code ewma} and {@code predictive},
 *     and one gateway; default true
 * @param maxWaiting calls that may wait for a slot while all nodes are at their limits; ≥ 0,
 *     default 1000
 * @param maxWait how long one waits; &gt; 0, default 30 s
 * @param maxAttempts nodes that one request may be sent to, the first included; ≥ 1, default 3
 * @param retryShare retries of refused requests per request over time, beside a reserve of 100; 0
 *     to 1, default 0.2
 * @param hedgeAfter how long a stream may not have begun before a second node with a free slot is
 *     asked as well, out of {@code retryShare}; whoever begins first answers; ≥ 0, default 0: never
 * @param discoveryInterval between two lookups of nodes by DNS or discovery client; &gt; 0, default
 *     10 s
 * @param signalsInterval between two questions to each node how busy it is, and, where {@code
 *     prefix-affinity} is used, which blocks it holds; ≥ 0, 0 for never, default 1 s
 * @param slowStart over which a node that came back grows to its full share; &gt; 0, default 5 s
 * @param panicShare where fewer than this share of the nodes serve, all but the draining ones get
 *     calls; 0 (only where none serves) to 1, default 0.2
 * @param latencyGoal within which {@code energy-aware} takes the node of the least energy; until
 *     the first byte; ≥ 0, default 0: none, it weighs energy against time
 * @param ejection of nodes whose calls fail
 * @param health the active health check
 */
public record BalanceProperties(
    @DefaultValue("ewma") String strategy,
    @DefaultValue Map<String, String> routes,
    @DefaultValue("0.3") double alpha,
    @DefaultValue("ip") String key,
    @DefaultValue Map<String, String> keys,
    @DefaultValue("1") int gateways,
    @DefaultValue("true") boolean learnSlots,
    @DefaultValue("1000") int maxWaiting,
    @DefaultValue("30s") Duration maxWait,
    @DefaultValue("3") int maxAttempts,
    @DefaultValue("0.2") double retryShare,
    @DefaultValue("0s") Duration hedgeAfter,
    @DefaultValue("10s") Duration discoveryInterval,
    @DefaultValue("1s") Duration signalsInterval,
    @DefaultValue("5s") Duration slowStart,
    @DefaultValue("0.2") double panicShare,
    @DefaultValue("0s") Duration latencyGoal,
    @DefaultValue Ejection ejection,
    @DefaultValue Health health) {

  private static final String BY_ENERGY = "energy-aware";
  private static final String BY_PREFIX = "prefix-affinity";

  /** Checks the ranges. */
  public BalanceProperties {
    routes = Map.copyOf(routes);
    requireKnown("strategy", strategy);
    routes.forEach((route, name) -> requireKnown("routes." + route, name));
    require(alpha > 0 && alpha <= 1, "alpha", alpha, "> 0, <= 1");
    keys = Map.copyOf(keys);
    requireKey("key", key);
    keys.forEach((route, hashed) -> requireKey("keys." + route, hashed));
    require(gateways >= 1, "gateways", gateways, ">= 1");
    require(maxWaiting >= 0, "max_waiting", maxWaiting, ">= 0");
    require(maxWait.isPositive(), "max_wait", maxWait, "> 0");
    require(discoveryInterval.isPositive(), "discovery_interval", discoveryInterval, "> 0");
    require(!signalsInterval.isNegative(), "signals_interval", signalsInterval, ">= 0");
    require(maxAttempts >= 1, "max_attempts", maxAttempts, ">= 1");
    require(retryShare >= 0 && retryShare <= 1, "retry_share", retryShare, "0 to 1");
    require(!hedgeAfter.isNegative(), "hedge_after", hedgeAfter, ">= 0");
    require(slowStart.isPositive(), "slow_start", slowStart, "> 0");
    require(panicShare >= 0 && panicShare <= 1, "panic_share", panicShare, "0 to 1");
    require(!latencyGoal.isNegative(), "latency_goal", latencyGoal, ">= 0");
  }

  /** The strategy of that name, as it is configured. */
  BalancingStrategy named(String name) {
    return name.equals(BY_ENERGY)
        ? Strategies.thriftyWithin(latencyGoal.toNanos() / 1e9)
        : Strategies.named(name);
  }

  /** How a pool of this gateway treats its nodes. */
  PoolSettings pool() {
    return new PoolSettings(
        alpha,
        ejection.failures(),
        ejection.first(),
        ejection.longest(),
        slowStart,
        ejection.mostShare(),
        panicShare,
        gateways,
        learnSlots);
  }

  /** Whether any route balances by prefix. */
  boolean byPrefix() {
    return strategy.equals(BY_PREFIX) || routes.containsValue(BY_PREFIX);
  }

  private static void requireKnown(String name, String strategy) {
    List<String> known = Strategies.all().stream().map(BalancingStrategy::name).toList();
    require(known.contains(strategy), name, strategy, "one of " + String.join(", ", known));
  }

  private static void requireKey(String name, String key) {
    require(
        key.matches("ip|key|(header|cookie):[!-~]+"),
        name,
        key,
        "ip, key, header:NAME or cookie:NAME");
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  /**
   * {@code tokenlane.balance.ejection}: a node whose calls fail is left alone for a while.
   *
   * @param failures in a row that eject a node; ≥ 1, default 3
   * @param first back-off; doubles with each trial call that fails; &gt; 0, default 1 s
   * @param longest back-off; ≥ first, default 2.5 s
   * @param mostShare share of the nodes that may be ejected at once, though always one; 0 to 1,
   *     default 0.5
   */
  public record Ejection(
      @DefaultValue("3") int failures,
      @DefaultValue("1s") Duration first,
      @DefaultValue("2500ms") Duration longest,
      @DefaultValue("0.5") double mostShare) {

    /** Checks the ranges. */
    public Ejection {
      require(failures >= 1, "failures", failures, ">= 1");
      require(first.isPositive(), "first", first, "> 0");
      require(longest.compareTo(first) >= 0, "longest", longest, ">= first " + first);
      require(mostShare >= 0 && mostShare <= 1, "most_share", mostShare, "0 to 1");
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
   * @param jitter share of the interval by which each check is put off at random, so that gateways
   *     do not ask in step; 0 to 0.9, default 0.1
   */
  public record Health(
      @Nullable String path,
      @Nullable Pattern body,
      @DefaultValue("1") int healthyThreshold,
      @DefaultValue("2") int unhealthyThreshold,
      @DefaultValue("1s") Duration interval,
      @DefaultValue("2s") Duration timeout,
      @DefaultValue("0.1") double jitter) {

    /** Checks the ranges. */
    public Health {
      if (path != null) {
        require(path.startsWith("/"), "path", path, "starting with /");
      }
      require(healthyThreshold >= 1, "healthy_threshold", healthyThreshold, ">= 1");
      require(unhealthyThreshold >= 1, "unhealthy_threshold", unhealthyThreshold, ">= 1");
      require(interval.isPositive(), "interval", interval, "> 0");
      require(timeout.isPositive(), "timeout", timeout, "> 0");
      require(jitter >= 0 && jitter <= 0.9, "jitter", jitter, "0 to 0.9");
    }
  }
}
