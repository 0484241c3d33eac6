package io.tokenlane.balance.health;

import java.time.Duration;

/**
 * How nodes are asked.
 *
 * @param interval between two checks of a node; &gt; 0, default 2 s
 * @param timeout after which silence is a no; &gt; 0, default 1 s
 * @param healthyThreshold good checks in a row that bring a node back; ≥ 1, default 1
 * @param unhealthyThreshold bad checks in a row that take a node out; ≥ 1, default 2
 * @param jitter share of the interval by which each check is put off at random, so that gateways do
 *     not ask in step; 0 to 0.9, default 0.1
 */
public record HealthSettings(
    Duration interval,
    Duration timeout,
    int healthyThreshold,
    int unhealthyThreshold,
    double jitter) {
  public static final HealthSettings DEFAULT =
      new HealthSettings(Duration.ofSeconds(2), Duration.ofSeconds(1), 1, 2, 0.1);

  public HealthSettings {
    require(interval.isPositive(), "interval", interval, "> 0");
    require(timeout.isPositive(), "timeout", timeout, "> 0");
    require(healthyThreshold >= 1, "healthy_threshold", healthyThreshold, ">= 1");
    require(unhealthyThreshold >= 1, "unhealthy_threshold", unhealthyThreshold, ">= 1");
    require(jitter >= 0 && jitter <= 0.9, "jitter", jitter, "0 to 0.9");
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "health %s: %s (expected: %s)".formatted(name, value, expected));
    }
  }
}
