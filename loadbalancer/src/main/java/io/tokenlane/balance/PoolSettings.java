package io.tokenlane.balance;

import java.time.Duration;

/**
 * How latencies and failures seen in traffic change a node's share, and how many gateways share the
 * fleet.
 *
 * @param alpha part that one answer has in a node's smoothed latency; 0 exclusive to 1, default 0.3
 * @param failuresToEject failures in a row that eject a node; ≥ 1, default 3
 * @param ejection first back-off; doubles with each failed trial; &gt; 0, default 1 s
 * @param maxEjection longest back-off; ≥ ejection, default 2.5 s
 * @param ramp time over which a node that came back grows to its full share; &gt; 0, default 5 s
 * @param maxEjectedShare share of the fleet that may be ejected at once, though always one node; 0
 *     to 1, default 0.5
 * @param panicShare where fewer than this share of the fleet serve, all nodes but the draining ones
 *     get calls; 0 (only where none serves) to 1, default 0.2
 * @param gateways gateways that send calls to the same nodes; ≥ 1, default 1
 * @param learnsSlots whether nodes that do not tell how many calls they serve at once are watched
 *     for it; default true
 */
public record PoolSettings(
    double alpha,
    int failuresToEject,
    Duration ejection,
    Duration maxEjection,
    Duration ramp,
    double maxEjectedShare,
    double panicShare,
    int gateways,
    boolean learnsSlots) {
  public static final PoolSettings DEFAULT =
      new PoolSettings(
          0.3,
          3,
          Duration.ofSeconds(1),
          Duration.ofMillis(2500),
          Duration.ofSeconds(5),
          0.5,
          0.2,
          1,
          true);

  /** Checks the ranges. */
  public PoolSettings {
    require(alpha > 0 && alpha <= 1, "alpha", alpha, "> 0, <= 1");
    require(failuresToEject >= 1, "failures_to_eject", failuresToEject, ">= 1");
    require(ejection.isPositive(), "ejection", ejection, "> 0");
    require(ramp.isPositive(), "ramp", ramp, "> 0");
    require(
        maxEjection.compareTo(ejection) >= 0,
        "max_ejection",
        maxEjection,
        ">= ejection " + ejection);
    require(
        maxEjectedShare >= 0 && maxEjectedShare <= 1,
        "max_ejected_share",
        maxEjectedShare,
        "0 to 1");
    require(panicShare >= 0 && panicShare <= 1, "panic_share", panicShare, "0 to 1");
    require(gateways >= 1, "gateways", gateways, ">= 1");
  }

  /** The same among this many gateways. */
  public PoolSettings among(int count) {
    return new PoolSettings(
        alpha,
        failuresToEject,
        ejection,
        maxEjection,
        ramp,
        maxEjectedShare,
        panicShare,
        count,
        learnsSlots);
  }

  /** Whether so few of a fleet serve that all nodes but the draining ones are asked. */
  boolean panics(int serving, int all) {
    return serving == 0 || serving < panicShare * all;
  }

  /**
   * This gateway's part of a limit c that G gateways share: c for one; else 2c/G, since not all of
   * them need theirs at the same moment.
   */
  int share(int limit) {
    return gateways == 1 ? limit : Math.clamp((2L * limit + gateways - 1) / gateways, 1, limit);
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
