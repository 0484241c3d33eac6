package io.tokenlane.balance.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.balance.strategy.TableCandidates.Row;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrategiesTest {
  private static final Row PLAIN = Row.PLAIN;

  @Test
  void unknownNameListsTheKnown() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Strategies.named("fastest"))
        .withMessage(
            "balance strategy: fastest (expected: one of ewma, round-robin,"
                + " weighted-least-connections, ip-hash, consistent-hash, peak-ewma, predictive,"
                + " prefix-affinity, energy-aware)");
    assertThat(Strategies.named("ewma")).isSameAs(Strategies.DEFAULT);
  }

  @Test
  void ewmaAvoidsTheSlowTheBusyAndTheFailing() {
    assertThat(ewma(PLAIN.slowness(4), PLAIN)).isEqualTo(1);
    assertThat(ewma(PLAIN, PLAIN.inFlight(1))).isZero();
    assertThat(ewma(PLAIN.successRate(0.5), PLAIN)).isEqualTo(1);
    assertThat(ewma(PLAIN, PLAIN.weight(0.1))).isZero();
  }

  @Test
  void ewmaCountsAFailingNodeAsExpensiveEvenWhenItIsIdleAndFast() {
    assertThat(ewma(PLAIN.slowness(0.5).successRate(0.3), PLAIN.inFlight(2))).isEqualTo(1);
  }

  @Test
  void ewmaUsesASlowNodeOnceTheFastOneHasEnough() {
    assertThat(ewma(PLAIN.slowness(4), PLAIN.inFlight(1))).isEqualTo(1);
    assertThat(ewma(PLAIN.slowness(4), PLAIN.inFlight(2))).isZero();
  }

  @Test
  void roundRobinTakesExactTurnsAmongEquals() {
    TableCandidates fleet = fleet(PLAIN, PLAIN.refused(), PLAIN.inFlight(9), PLAIN.slowness(5));
    List<Integer> turns =
        IntStream.range(0, 6).mapToObj(i -> Strategies.named("round-robin").choose(fleet)).toList();
    assertThat(turns).containsExactly(0, 2, 3, 0, 2, 3);
  }

  @Test
  void roundRobinSpreadsLightNodesOverTheTurnsOfAHeavyOne() {
    BalancingStrategy strategy = Strategies.named("round-robin");
    assertThat(turns(strategy, 14, 5, 1, 1)).isEqualTo("aabaacaaabaaca");
    assertThat(turns(strategy, 6, 2, 1)).isEqualTo("abaaba");
  }

  private static String turns(BalancingStrategy strategy, int calls, double... weights) {
    TableCandidates fleet =
        fleet(Arrays.stream(weights).mapToObj(PLAIN::weight).toArray(Row[]::new));
    StringBuilder turns = new StringBuilder();
    for (int i = 0; i < calls; i++) {
      turns.append((char) ('a' + strategy.choose(fleet)));
    }
    return turns.toString();
  }

  @Test
  void anIdleFleetIsUsedByWeightWhereConnectionsAreCounted() {
    TableCandidates fleet = fleet(PLAIN.weight(5), PLAIN, PLAIN.weight(2));
    int[] taken = new int[3];
    for (int i = 0; i < 8_000; i++) {
      taken[Strategies.named("weighted-least-connections").choose(fleet)]++;
    }
    assertThat(taken[0]).isBetween(4_800, 5_200);
    assertThat(taken[1]).isBetween(850, 1_150);
    fleet.set(0, PLAIN.weight(5).inFlight(4));
    fleet.set(1, PLAIN.inFlight(1));
    fleet.set(2, PLAIN.weight(2).inFlight(2));
    assertThat(Strategies.named("weighted-least-connections").choose(fleet)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ip-hash", "consistent-hash"})
  void hashingKeepsAKeyOnItsNodeAndMovesOnlyTheKeysOfALostOne(String name) {
    BalancingStrategy strategy = Strategies.named(name);
    TableCandidates all = fleet(PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN);
    TableCandidates less = fleet(PLAIN, PLAIN, PLAIN.refused(), PLAIN, PLAIN, PLAIN, PLAIN, PLAIN);
    int moved = 0;
    for (int client = 0; client < 20_000; client++) {
      String key = "10.0." + client / 250 + "." + client % 250;
      int before = strategy.choose(all.key(key));
      int after = strategy.choose(less.key(key));
      assertThat(after == before || before == 2).as(key).isTrue();
      moved += after == before ? 0 : 1;
    }
    assertThat(moved / 20_000.0).isLessThanOrEqualTo(0.13);
  }

  @Test
  void equalCostsAreDecidedByTheHintThenByChance() {
    assertThat(ewma(PLAIN.hint(0.2), PLAIN, PLAIN.hint(-0.2))).isEqualTo(2);
    assertThat(ewma(PLAIN.hint(-0.2).inFlight(1), PLAIN)).isEqualTo(1);
    TableCandidates equals = fleet(PLAIN, PLAIN, PLAIN.inFlight(1), PLAIN);
    Set<Integer> chosen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      chosen.add(Strategies.DEFAULT.choose(equals));
    }
    assertThat(chosen).containsExactlyInAnyOrder(0, 1, 3);
  }

  @Test
  void boundedLoadsKeepAKeyUntilItsNodeIsFull() {
    BalancingStrategy strategy = Strategies.named("consistent-hash");
    TableCandidates fleet = fleet(PLAIN, PLAIN, PLAIN, PLAIN).key("alice");
    int home = strategy.choose(fleet);
    int next = -1;
    for (int call = 0; call < 40; call++) {
      int chosen = strategy.choose(fleet);
      next = chosen == home ? next : chosen;
      fleet.set(chosen, PLAIN.inFlight(fleet.inFlight(chosen) + 1));
    }
    assertThat(fleet.inFlight(home)).isBetween(11, 14);
    assertThat(next).isNotEqualTo(-1);
  }

  @Test
  void prefixAffinityStaysWithTheOwnersUntilASpillSavesEnough() {
    BalancingStrategy strategy = Strategies.named("prefix-affinity");
    TableCandidates fleet = fleet(Collections.nCopies(8, PLAIN).toArray(Row[]::new));
    fleet.prompt(77, 4_000, 100);
    Set<Integer> owners = new LinkedHashSet<>();
    for (int call = 0; call < 60 && owners.size() < 4; call++) {
      int chosen = strategy.choose(fleet);
      owners.add(chosen);
      fleet.set(chosen, PLAIN.tokensAhead(fleet.tokensAhead(chosen) + 1_000));
    }
    List<Integer> order = List.copyOf(owners);
    assertThat(order).hasSize(4);
    long busiest = order.subList(0, 3).stream().mapToLong(fleet::tokensAhead).min().orElseThrow();
    assertThat(busiest).isGreaterThanOrEqualTo(3 * 4_000);
  }

  @Test
  void prefixAffinityLeavesAnOwnerThatWouldGenerateTheAnswerSlowly() {
    BalancingStrategy strategy = Strategies.named("prefix-affinity");
    TableCandidates fleet = fleet(Collections.nCopies(8, PLAIN).toArray(Row[]::new));
    fleet.prompt(77, 1_000, 10);
    int owner = strategy.choose(fleet);
    double[] cached = new double[8];
    cached[owner] = 1;
    fleet.cached(cached).set(owner, PLAIN.slowness(3));
    assertThat(strategy.choose(fleet.output(0))).isEqualTo(owner);
    assertThat(strategy.choose(fleet.output(10_000))).isNotEqualTo(owner);
  }

  @Test
  void prefixAffinityPresumesNothingAtASlowOwner() {
    BalancingStrategy strategy = Strategies.named("prefix-affinity");
    TableCandidates fleet = fleet(Collections.nCopies(8, PLAIN).toArray(Row[]::new));
    fleet.prompt(77, 4_000, 10);
    int owner = strategy.choose(fleet);
    fleet.set(owner, PLAIN.slowness(1.4));
    assertThat(strategy.choose(fleet)).isEqualTo(owner);
    fleet.set(owner, PLAIN.slowness(1.6));
    int next = strategy.choose(fleet);
    assertThat(next).isNotEqualTo(owner);
    assertThat(score(fleet, next)).isEqualTo(6);
  }

  @Test
  void prefixAffinityBelievesWhatNodesTellOfTheirCaches() {
    BalancingStrategy strategy = Strategies.named("prefix-affinity");
    TableCandidates fleet = fleet(Collections.nCopies(8, PLAIN).toArray(Row[]::new));
    fleet.prompt(77, 4_000, 100);
    int owner = strategy.choose(fleet);
    int stranger = IntStream.range(0, 8).filter(i -> score(fleet, i) < 3).findFirst().orElseThrow();
    double[] nobody = new double[8];
    assertThat(strategy.choose(fleet.cached(nobody))).isEqualTo(owner);
    double[] cached = new double[8];
    cached[stranger] = 1;
    assertThat(strategy.choose(fleet.cached(cached))).isEqualTo(stranger);
    fleet.set(stranger, PLAIN.tokensAhead(4_500));
    assertThat(strategy.choose(fleet.cached(cached))).isEqualTo(owner);
    cached[owner] = 0.25;
    fleet.set(stranger, PLAIN.tokensAhead(3_500));
    assertThat(strategy.choose(fleet.cached(cached))).isEqualTo(owner);
    cached[owner] = -1;
    fleet.set(stranger, PLAIN);
    assertThat(strategy.choose(fleet.cached(cached))).isIn(owner, stranger);
  }

  /** The node's place among the owners, from the last. */
  private static int score(TableCandidates fleet, int index) {
    return (int)
        IntStream.range(0, 8)
            .filter(other -> RendezvousHash.before(77, fleet.hash(index), 1, fleet.hash(other), 1))
            .count();
  }

  @Test
  void theFirstOfAKeyAreThoseThatSortingFinds() {
    SplittableRandom random = new SplittableRandom(5);
    for (int trial = 0; trial < 500; trial++) {
      Row[] rows = new Row[1 + random.nextInt(12)];
      for (int i = 0; i < rows.length; i++) {
        Row row =
            PLAIN
                .weight(random.nextBoolean() ? 1 : random.nextDouble(0.1, 5))
                .inFlight(random.nextInt(6));
        rows[i] = random.nextInt(4) == 0 ? row.refused() : row;
      }
      TableCandidates fleet = fleet(rows);
      long key = random.nextLong();
      List<Integer> sorted =
          IntStream.range(0, rows.length)
              .filter(fleet::eligible)
              .boxed()
              .sorted((one, other) -> before(fleet, key, one, other) ? -1 : 1)
              .toList();
      long three = RendezvousHash.firstThree(fleet, key);
      for (int rank = 0; rank < 3; rank++) {
        int expected = rank < sorted.size() ? sorted.get(rank) : -1;
        assertThat(RendezvousHash.ranked(three, rank)).as("trial %d", trial).isEqualTo(expected);
      }
      double room = random.nextDouble(4);
      assertThat(RendezvousHash.owner(fleet, key, room))
          .as("trial %d", trial)
          .isEqualTo(
              sorted.stream()
                  .filter(i -> fleet.inFlight(i) < Math.ceil(room * fleet.weight(i)))
                  .findFirst()
                  .orElse(-1));
    }
  }

  private static boolean before(TableCandidates fleet, long key, int one, int other) {
    return RendezvousHash.before(
        key, fleet.hash(one), fleet.weight(one), fleet.hash(other), fleet.weight(other));
  }

  @Test
  void energyAwareTakesTheThriftyUnlessItIsBusy() {
    BalancingStrategy strategy = Strategies.named("energy-aware");
    assertThat(strategy.choose(fleet(PLAIN.energy(1.2), PLAIN))).isEqualTo(1);
    assertThat(strategy.choose(fleet(PLAIN.energy(1.2), PLAIN.inFlight(1)))).isZero();
  }

  /** In the table a node's peak latency is 0.05 s times its slowness, its load twice its calls. */
  @Test
  void withALatencyGoalTheThriftiestThatMeetsItIsTaken() {
    BalancingStrategy strategy = Strategies.thriftyWithin(0.16);
    Row hungry = PLAIN.energy(2);
    Row thrifty = PLAIN.energy(0.5);
    assertThat(strategy.choose(fleet(hungry, thrifty))).isEqualTo(1);
    assertThat(strategy.choose(fleet(hungry, thrifty.inFlight(1)))).as("0.15 s").isEqualTo(1);
    assertThat(strategy.choose(fleet(hungry, thrifty.inFlight(2)))).as("0.25 s").isZero();
    assertThat(strategy.choose(fleet(hungry, thrifty.slowness(4)))).as("0.2 s").isZero();
    assertThat(strategy.choose(fleet(hungry.slowness(5), thrifty.slowness(9))))
        .as("none meets it: the soonest")
        .isZero();
    assertThat(strategy.choose(fleet(thrifty.inFlight(1), thrifty))).as("as ewma").isEqualTo(1);
  }

  @Test
  void whoMissedTheGoalIsAskedAgainNowAndThen() {
    BalancingStrategy strategy = Strategies.thriftyWithin(0.16);
    TableCandidates fleet = fleet(PLAIN.energy(2), PLAIN.energy(0.5).slowness(9));
    long trials = IntStream.range(0, 3_200).filter(i -> strategy.choose(fleet) == 1).count();
    assertThat(trials).isBetween(50L, 200L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Strategies.thriftyWithin(-1))
        .withMessage("latency goal: -1.0 (expected: >= 0, finite)");
  }

  @Test
  void predictiveGivesAReturningNodeItsShareSoonerWhenMoreCallsCome() {
    BalancingStrategy strategy = Strategies.named("predictive");
    Row returning = PLAIN.weight(0.3).ramp(0.3);
    assertThat(strategy.choose(fleet(returning, PLAIN.inFlight(1)).growth(1))).isEqualTo(1);
    assertThat(strategy.choose(fleet(returning, PLAIN.inFlight(1)).growth(2))).isZero();
  }

  private static int ewma(Row... rows) {
    return Strategies.DEFAULT.choose(fleet(rows));
  }

  private static TableCandidates fleet(Row... rows) {
    return new TableCandidates(new SplittableRandom(1), List.of(rows));
  }
}
