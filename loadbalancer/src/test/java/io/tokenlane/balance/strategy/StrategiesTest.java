package io.tokenlane.balance.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.balance.strategy.TableCandidates.Row;
import java.util.List;
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
                + " weighted-least-connections, ip-hash, consistent-hash)");
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

  @ParameterizedTest
  @ValueSource(strings = {"ip-hash", "consistent-hash"})
  void hashingKeepsAKeyOnItsNodeAndMovesOnlyTheKeysOfALostOne(String name) {
    BalancingStrategy strategy = Strategies.named(name);
    TableCandidates all = fleet(PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN);
    TableCandidates less = fleet(PLAIN, PLAIN, PLAIN.refused(), PLAIN, PLAIN, PLAIN, PLAIN, PLAIN);
    int moved = 0;
    for (int client = 0; client < 4_000; client++) {
      String key = "10.0." + client / 250 + "." + client % 250;
      int before = strategy.choose(all.key(key));
      int after = strategy.choose(less.key(key));
      assertThat(after == before || before == 2).as(key).isTrue();
      moved += after == before ? 0 : 1;
    }
    assertThat(moved / 4_000.0).isLessThan(0.14);
  }

  private static int ewma(Row... rows) {
    return Strategies.DEFAULT.choose(fleet(rows));
  }

  private static TableCandidates fleet(Row... rows) {
    return new TableCandidates(new SplittableRandom(1), List.of(rows));
  }
}
