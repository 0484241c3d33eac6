package io.tokenlane.balance.strategy;

import java.util.List;
import java.util.stream.Collectors;

/** The strategies a configuration can name. */
public final class Strategies {
  /** What a route gets that names none. */
  public static final BalancingStrategy DEFAULT = new Ewma();

  private static final List<BalancingStrategy> ALL =
      List.of(
          DEFAULT,
          new RoundRobin(),
          new WeightedLeastConnections(),
          new RendezvousHash(),
          new BoundedHash(),
          new PeakEwma(),
          new Predictive(),
          new PrefixAffinity(),
          new EnergyAware(0));

  private Strategies() {}

  public static List<BalancingStrategy> all() {
    return ALL;
  }

  /**
   * @throws IllegalArgumentException naming the known ones if the name is unknown
   */
  public static BalancingStrategy named(String name) {
    return ALL.stream()
        .filter(strategy -> strategy.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
  }

  /**
   * {@code energy-aware} among the nodes that meet a latency goal.
   *
   * @param goalSeconds until the first byte; &ge; 0, 0: none
   */
  public static BalancingStrategy thriftyWithin(double goalSeconds) {
    if (!(goalSeconds >= 0) || Double.isInfinite(goalSeconds)) {
      throw new IllegalArgumentException(
          "latency goal: " + goalSeconds + " (expected: >= 0, finite)");
    }
    return new EnergyAware(goalSeconds);
  }

  private static String unknown(String name) {
    String known = ALL.stream().map(BalancingStrategy::name).collect(Collectors.joining(", "));
    return "balance strategy: " + name + " (expected: one of " + known + ")";
  }
}
