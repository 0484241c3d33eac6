package io.tokenlane.gateway.balance;

import io.tokenlane.balance.strategy.BalancingStrategy;
import io.tokenlane.balance.strategy.Strategies;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.balance}.
 *
 * @param strategy {@code ewma} (default), {@code round-robin}, {@code weighted-least-connections},
 *     {@code ip-hash} or {@code consistent-hash}
 * @param maxAttempts nodes that one request may be sent to, the first included; ≥ 1, default 3
 * @param retryShare retries of refused requests per request over time, beside a reserve of 100; 0
 *     to 1, default 0.2
 * @param health the active health check
 */
public record BalanceProperties(
    @DefaultValue("ewma") String strategy,
    @DefaultValue("3") int maxAttempts,
    @DefaultValue("0.2") double retryShare,
    @DefaultValue Health health) {

  /** Checks the ranges. */
  public BalanceProperties {
    List<String> known = Strategies.all().stream().map(BalancingStrategy::name).toList();
    if (!known.contains(strategy)) {
      throw new IllegalArgumentException(
          "strategy: " + strategy + " (expected: one of " + String.join(", ", known) + ")");
    }
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("max_attempts: " + maxAttempts + " (expected: >= 1)");
    }
    if (!(retryShare >= 0 && retryShare <= 1)) {
      throw new IllegalArgumentException("retry_share: " + retryShare + " (expected: 0 to 1)");
    }
  }

  /**
   * {@code tokenlane.balance.health}.
   *
   * @param path asked with GET on every node; 200 to 299 means well; default {@code
   *     /actuator/health/readiness}
   * @param interval between two checks of a node; &gt; 0, default 1 s
   * @param timeout after which silence is a no; &gt; 0, default 2 s
   */
  public record Health(
      @DefaultValue("/actuator/health/readiness") String path,
      @DefaultValue("1s") Duration interval,
      @DefaultValue("2s") Duration timeout) {

    /** Checks the ranges. */
    public Health {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("path: " + path + " (expected: starting with /)");
      }
      if (!interval.isPositive()) {
        throw new IllegalArgumentException("interval: " + interval + " (expected: > 0)");
      }
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
      }
    }
  }
}
