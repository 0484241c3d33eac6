package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Simulation.Outcome;
import io.tokenlane.balance.Simulation.Plan;
import io.tokenlane.balance.strategy.Strategies;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Strategies judged by the time calls wait for a slot. With one gateway the exact counts of
 * least-connections are the whole truth about queues, so only several gateways show a gain in
 * waiting; the time to the end shows it always.
 */
class SimulationTest {
  private static final int CALLS = 40_000;

  @ParameterizedTest
  @CsvSource({"8, 1, 0.7, 1", "8, 1, 0.9, 2", "8, 4, 0.8, 3", "40, 8, 0.8, 4"})
  void withASlowNodeEwmaWaitsLeastAndDoesNotHerd(int nodes, int gateways, double load, long seed) {
    Plan plan = new Plan(speeds(nodes, 0.25), gateways, load, CALLS, seed);
    Outcome ewma = run(plan, "ewma");
    Outcome leastConnections = run(plan, "weighted-least-connections");
    assertThat(ewma.p99WaitMillis()).isLessThan(0.25 * run(plan, "round-robin").p99WaitMillis());
    assertThat(ewma.p99LatencyMillis()).isLessThan(0.85 * leastConnections.p99LatencyMillis());
    if (gateways > 1) {
      assertThat(ewma.p99WaitMillis()).isLessThan(0.85 * leastConnections.p99WaitMillis());
    }
    assertThat(ewma.busiestShare()).isLessThan(3.5);
    assertThat(ewma.calls().getFirst()).isBetween(1, CALLS / nodes);
  }

  @ParameterizedTest
  @CsvSource({"8, 1, 0.7, 5", "8, 1, 0.9, 6", "8, 4, 0.8, 7"})
  void amongEqualsEwmaIsAsGoodAsLeastConnections(int nodes, int gateways, double load, long seed) {
    Plan plan = new Plan(speeds(nodes, 1), gateways, load, CALLS, seed);
    Outcome ewma = run(plan, "ewma");
    assertThat(ewma.p99WaitMillis())
        .isLessThanOrEqualTo(1.1 * run(plan, "weighted-least-connections").p99WaitMillis() + 2);
    assertThat(ewma.p99WaitMillis()).isLessThan(run(plan, "round-robin").p99WaitMillis());
    assertThat(ewma.busiestShare()).isLessThan(3.5);
  }

  private static Outcome run(Plan plan, String strategy) {
    Outcome outcome = Simulation.run(plan, Strategies.named(strategy));
    String line =
        String.format(
            Locale.ROOT,
            "%d nodes, %d gateways, load %.1f, seed %d, %s: p99 wait %.1f ms, latency %.1f ms,"
                + " busiest share %.2f, slow node's calls %d",
            plan.speeds().size(),
            plan.gateways(),
            plan.load(),
            plan.seed(),
            strategy,
            outcome.p99WaitMillis(),
            outcome.p99LatencyMillis(),
            outcome.busiestShare(),
            outcome.calls().getFirst());
    System.out.println(line);
    return outcome;
  }

  private static List<Double> speeds(int nodes, double first) {
    List<Double> speeds = new ArrayList<>(Collections.nCopies(nodes, 1.0));
    speeds.set(0, first);
    return speeds;
  }
}
