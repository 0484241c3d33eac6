package io.tokenlane.balance;

import java.time.Duration;

/**
 * How failures seen in traffic change a node's share.
 *
 * @param failuresToEject failures in a row that eject a node; ≥ 1, default 3
 * @param ejection first back-off; doubles with each failed trial; &gt; 0, default 2 s
 * @param maxEjection longest back-off; ≥ ejection, default 5 s
 * @param ramp time over which a node that came back grows to its full share; &gt; 0, default 5 s
 */
public record PoolSettings(
    int failuresToEject, Duration ejection, Duration maxEjection, Duration ramp) {
  public static final PoolSettings DEFAULT =
      new PoolSettings(3, Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(5));

  public PoolSettings {
    if (failuresToEject < 1) {
      throw new IllegalArgumentException(
          "failures_to_eject: " + failuresToEject + " (expected: >= 1)");
    }
    requirePositive("ejection", ejection);
    requirePositive("ramp", ramp);
    if (maxEjection.compareTo(ejection) < 0) {
      throw new IllegalArgumentException(
          "max_ejection: " + maxEjection + " (expected: >= ejection " + ejection + ")");
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
