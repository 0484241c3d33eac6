package io.tokenlane.balance.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.strategy.TableCandidates.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every strategy must do, run for each one that a configuration can name. */
class StrategyContractTest {
  private static final long SEED = 20261122;

  private final SplittableRandom random = new SplittableRandom(SEED);

  static List<BalancingStrategy> strategies() {
    return Strategies.all();
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void choosesAnEligibleNodeWhateverTheFleet(BalancingStrategy strategy) {
    for (int trial = 0; trial < 2_000; trial++) {
      TableCandidates fleet = anyFleet();
      int chosen = strategy.choose(fleet);
      assertThat(chosen).as("seed %d trial %d", SEED, trial).isBetween(0, fleet.size() - 1);
      assertThat(fleet.eligible(chosen)).as("seed %d trial %d", SEED, trial).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void givesEqualIdleNodesEqualShares(BalancingStrategy strategy) {
    int[] picks = picks(strategy, plain(4), 8_000);
    for (int count : picks) {
      assertThat(count).isBetween(1_800, 2_200);
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void givesWeightsTheirSharesWhenCallsStay(BalancingStrategy strategy) {
    List<Row> rows =
        List.of(Row.PLAIN.weight(3), Row.PLAIN.weight(2), Row.PLAIN.weight(1), Row.PLAIN.weight(2));
    TableCandidates fleet = new TableCandidates(random, rows);
    int calls = 8_000;
    for (int call = 0; call < calls; call++) {
      int chosen = strategy.choose(fleet.key("client-" + call));
      fleet.set(chosen, fleet.row(chosen).inFlight(fleet.inFlight(chosen) + 1));
    }
    for (int i = 0; i < 4; i++) {
      double share = (double) fleet.inFlight(i) / calls;
      assertThat(share).isBetween(rows.get(i).weight() / 8 - 0.02, rows.get(i).weight() / 8 + 0.02);
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void isAFunctionOfWhatItSees(BalancingStrategy strategy) {
    List<Row> rows = plain(7);
    SplittableRandom one = new SplittableRandom(SEED);
    SplittableRandom other = new SplittableRandom(SEED);
    TableCandidates first = new TableCandidates(one, rows);
    TableCandidates second = new TableCandidates(other, rows);
    for (int i = 0; i < 100; i++) {
      assertThat(strategy.choose(first)).isEqualTo(strategy.choose(second));
    }
  }

  private int[] picks(BalancingStrategy strategy, List<Row> rows, int calls) {
    TableCandidates fleet = new TableCandidates(random, rows);
    int[] picks = new int[rows.size()];
    for (int call = 0; call < calls; call++) {
      picks[strategy.choose(fleet.key("client-" + call))]++;
    }
    return picks;
  }

  private static List<Row> plain(int nodes) {
    return Collections.nCopies(nodes, Row.PLAIN);
  }

  private TableCandidates anyFleet() {
    int nodes = 1 + random.nextInt(9);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      double weight = Math.exp(random.nextDouble(-4, 4));
      Row row =
          Row.PLAIN
              .weight(weight)
              .inFlight(random.nextInt(50))
              .slowness(random.nextDouble(0.1, 10))
              .successRate(random.nextDouble(0.05, 1))
              .hint(random.nextDouble(-1, 1))
              .ramp(random.nextDouble(0.1, 1))
              .tokensAhead(random.nextLong(20_000))
              .energy(random.nextDouble(0.5, 2));
      rows.add(random.nextBoolean() ? row : row.refused());
    }
    int sure = random.nextInt(nodes);
    rows.set(sure, Row.PLAIN.weight(rows.get(sure).weight()));
    return new TableCandidates(random, rows)
        .key(random.nextBoolean() ? "k" + nodes : null)
        .growth(random.nextDouble(0, 3))
        .prompt(random.nextInt(3), random.nextInt(4_000), random.nextInt(500));
  }
}
