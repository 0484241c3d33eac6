package io.tokenlane.balance;

import static io.tokenlane.balance.NodeState.DOWN;
import static io.tokenlane.balance.NodeState.DRAINING;
import static io.tokenlane.balance.NodeState.EJECTED;
import static io.tokenlane.balance.NodeState.RAMPING;
import static io.tokenlane.balance.NodeState.TRIAL;
import static io.tokenlane.balance.NodeState.UP;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.strategy.Strategies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EjectionTest {
  private final Bench bench = new Bench("a", "b");

  @Test
  void threeFailuresInARowEject() {
    bench.on("a").dropped("1");
    bench.on("a").dropped("2");
    bench.on("a").success();
    bench.on("a").dropped("3");
    bench.on("a").dropped("4");
    assertThat(bench.state("a")).isEqualTo(UP);
    bench.on("a").dropped("5");
    assertThat(bench.state("a")).isEqualTo(EJECTED);
    for (int i = 0; i < 20; i++) {
      assertThat(bench.acquire().node().id()).isEqualTo("b");
    }
  }

  /** Else every good end of a call from before would forgive what has come since. */
  @Test
  void aCallFromBeforeAFailureDoesNotForgiveIt() {
    Lease before = bench.on("a");
    bench.passMillis(1);
    bench.on("a").dropped("1");
    bench.on("a").dropped("2");
    before.success();
    bench.on("a").dropped("3");
    assertThat(bench.state("a")).isEqualTo(EJECTED);
  }

  @Test
  void aNodeThatFailedGetsOneCallAtATimeUntilOneSucceeds() {
    bench.on("a").dropped("1");
    Lease probe = bench.on("a");
    for (int i = 0; i < 20; i++) {
      assertThat(bench.acquire().node().id()).isEqualTo("b");
    }
    probe.success();
    assertThat(bench.acquire().node().id()).isEqualTo("a");
    assertThat(bench.acquire().node().id()).isEqualTo("a");
  }

  /** A stream takes minutes; whoever says nothing is not waited for beyond a back-off. */
  @Test
  void doubtIsOverWithAFirstByteOrAfterABackOff() {
    bench.on("a").dropped("1");
    Lease stream = bench.on("a");
    assertThat(whoIsFree()).containsExactly("b");
    stream.firstByte();
    assertThat(whoIsFree()).containsExactlyInAnyOrder("a", "b");
    Lease silent = bench.on("a");
    assertThat(whoIsFree()).containsExactly("b");
    bench.passMillis(2_000);
    assertThat(whoIsFree()).containsExactlyInAnyOrder("a", "b");
    silent.ignored();
  }

  private Set<String> whoIsFree() {
    return bench.pool.scores(Strategies.DEFAULT, Demand.PLAIN, 2).stream()
        .filter(NodeScore::eligible)
        .map(NodeScore::node)
        .collect(Collectors.toSet());
  }

  @Test
  void whoeverIsLeftTakesCallsHoweverItFailed() {
    Bench one = new Bench("a");
    one.on("a").dropped("1");
    one.acquire();
    assertThat(one.acquire().node().id()).isEqualTo("a");
  }

  @Test
  void ignoredCallsSayNothing() {
    for (int i = 0; i < 9; i++) {
      bench.on("a").ignored();
    }
    assertThat(bench.state("a")).isEqualTo(UP);
    assertThat(bench.see("a").successRate()).isEqualTo(1);
  }

  @Test
  void aTrialIsACallThatTheNodeIsMeantFor() {
    bench.eject("a");
    bench.passMillis(2_000);

    assertThat(whereLacking("a").node().id()).isEqualTo("b");
    Lease trial = whereLacking("b");
    assertThat(trial.node().id()).isEqualTo("a");
    trial.success();
    assertThat(bench.state("a")).isEqualTo(RAMPING);
  }

  private Lease whereLacking(String node) {
    return bench.pool.acquire(Strategies.DEFAULT, Demand.PLAIN.unfit(Set.of(node))).orElseThrow();
  }

  /** Calls of a node that left break off after it has. */
  @Test
  void whoLeftTakesNoPlaceAmongTheEjected() {
    bench.pool.replace(List.of(Bench.node("a"), Bench.node("b"), Bench.node("old")));
    List<Lease> open = Stream.generate(() -> bench.on("old")).limit(3).toList();
    bench.pool.replace(List.of(Bench.node("a"), Bench.node("b")));
    open.forEach(lease -> lease.dropped("connection reset"));

    bench.eject("a");

    assertThat(bench.state("a")).isEqualTo(EJECTED);
  }

  @Test
  void afterTheBackOffOneTrialDecides() {
    bench.eject("a");
    bench.passMillis(1_999);
    assertThat(bench.state("a")).isEqualTo(EJECTED);
    bench.passMillis(1);
    assertThat(bench.state("a")).isEqualTo(TRIAL);

    Lease trial = bench.acquire();
    assertThat(trial.node().id()).isEqualTo("a");
    assertThat(bench.acquire().node().id()).isEqualTo("b");
    trial.success();
    assertThat(bench.state("a")).isEqualTo(RAMPING);
    bench.passMillis(5_000);
    assertThat(bench.state("a")).isEqualTo(UP);
    assertThat(bench.see("a").inState()).isEqualTo(Duration.ZERO);
  }

  @Test
  void failedTrialsBackOffLongerUpToTheCap() {
    bench.eject("a");
    for (int wait : new int[] {2_000, 4_000, 5_000, 5_000}) {
      bench.passMillis(wait - 1);
      assertThat(bench.state("a")).isEqualTo(EJECTED);
      bench.passMillis(1);
      bench.acquire().dropped("still refused");
      assertThat(bench.state("a")).isEqualTo(EJECTED);
    }
  }

  @Test
  void aTrialThatTellsNothingLeavesRoomForTheNext() {
    bench.eject("a");
    bench.passMillis(2_000);
    bench.acquire().ignored();
    assertThat(bench.state("a")).isEqualTo(TRIAL);
    assertThat(bench.acquire().node().id()).isEqualTo("a");
  }

  @Test
  void theFirstByteOfATrialIsProofEnough() {
    bench.eject("a");
    bench.pass(Duration.ofSeconds(2));
    Lease longAnswer = bench.acquire();
    longAnswer.firstByte();
    assertThat(bench.state("a")).isEqualTo(RAMPING);
    bench.pass(Duration.ofSeconds(30));
    assertThat(bench.state("a")).isEqualTo(UP);
    longAnswer.success();
    assertThat(bench.see("a").inFlight()).isZero();
  }

  @Test
  void aRetryIsNoTrial() {
    Bench three = new Bench("a", "b", "c");
    three.eject("a");
    three.passMillis(2_000);
    assertThat(three.acquire("b").node().id()).isEqualTo("c");
  }

  @Test
  void callsFromBeforeTheEjectionDecideNothing() {
    Lease old = bench.on("a");
    Lease older = bench.on("a");
    bench.passMillis(10);
    bench.eject("a");
    old.success();
    assertThat(bench.state("a")).isEqualTo(EJECTED);
    bench.passMillis(2_000);
    older.dropped("timeout");
    assertThat(bench.state("a")).isEqualTo(TRIAL);
  }

  @Test
  void noMoreThanHalfOfTheFleetIsEjected() {
    Bench five = new Bench("a", "b", "c", "d", "e");
    for (String id : List.of("a", "b", "c", "d", "e")) {
      five.eject(id);
    }
    assertThat(five.pool.snapshot())
        .extracting(NodeSnapshot::state)
        .containsExactly(EJECTED, EJECTED, UP, UP, UP);
    five.passMillis(2_000);
    five.acquire().success();
    five.on("c").dropped("again");
    assertThat(five.state("c")).isEqualTo(EJECTED);
  }

  @Test
  void whenTooFewServeCallsGoToAllButTheDraining() {
    Bench three = new Bench("a", "b", "c");
    three.pool.reportHealth("a", false, "refused");
    three.pool.reportHealth("b", false, "refused");
    three.pool.drain("c");
    Set<String> used = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      used.add(three.acquire().node().id());
    }
    assertThat(used).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void panicLetsInTheIllWhenTheFewWellWouldBeOverrun() {
    PoolSettings half =
        new PoolSettings(
            0.3,
            3,
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            1,
            0.5,
            1,
            true);
    Bench three = new Bench(half, Stream.of("a", "b", "c").map(Bench::node).toList());
    three.pool.reportHealth("a", false, "refused");
    assertThat(idsOf(three, 30)).containsExactlyInAnyOrder("b", "c");
    assertThat(three.pool.anyBut(Set.of("b"))).isTrue();
    assertThat(three.pool.anyBut(Set.of("b", "c"))).as("only an ill one").isFalse();
    three.pool.reportHealth("b", false, "refused");
    assertThat(idsOf(three, 300)).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(three.pool.anyBut(Set.of("b", "c"))).as("in a panic").isTrue();
  }

  private static Set<String> idsOf(Bench bench, int calls) {
    Set<String> used = new HashSet<>();
    for (int i = 0; i < calls; i++) {
      used.add(bench.acquire().node().id());
    }
    return used;
  }

  @Test
  void aDrainingNodeEndsItsCallsAndGetsNoMore() {
    Lease open = bench.on("a");
    assertThat(bench.pool.drain("a")).isTrue();
    assertThat(bench.pool.drain("nobody")).isFalse();
    for (int i = 0; i < 20; i++) {
      assertThat(bench.acquire().node().id()).isEqualTo("b");
    }
    bench.pool.reportHealth("a", false, "refused");
    bench.pool.reportHealth("a", true, "");
    open.success();
    assertThat(bench.state("a")).isEqualTo(DRAINING);
    assertThat(bench.see("a").inFlight()).isZero();
    assertThat(bench.pool.readmit("a")).isTrue();
    assertThat(bench.state("a")).isEqualTo(RAMPING);
    bench.passMillis(5_000);
    assertThat(bench.state("a")).isEqualTo(UP);
  }

  @Test
  void anOperatorMayEndAnEjection() {
    bench.eject("a");
    bench.pool.readmit("a");
    assertThat(bench.state("a")).isEqualTo(RAMPING);
  }

  @Test
  void tellsWhoChanged() {
    List<String> told = new ArrayList<>();
    bench.pool.onChange((node, state) -> told.add(node.id() + " " + state));
    bench.eject("a");
    bench.pool.reportHealth("b", false, "refused");
    bench.pool.reportHealth("b", true, "");
    assertThat(told).containsExactly("a EJECTED", "b DOWN", "b RAMPING");
  }

  @Test
  void aNodeOnItsWayBackTakesASmallShareFirst() {
    bench.pool.reportHealth("a", false, "health check: refused");
    assertThat(bench.state("a")).isEqualTo(DOWN);
    assertThat(bench.see("a").lastFailure()).hasValue("health check: refused");
    assertThat(bench.acquire().node().id()).isEqualTo("b");
    bench.pool.reportHealth("a", true, "");
    assertThat(bench.state("a")).isEqualTo(RAMPING);
    assertThat(bench.acquire().node().id()).isEqualTo("b");
    bench.passMillis(5_000);
    assertThat(bench.state("a")).isEqualTo(UP);
    assertThat(bench.acquire().node().id()).isEqualTo("a");
  }

  @Test
  void aGoodHealthCheckDoesNotEndAnEjection() {
    bench.eject("a");
    bench.pool.reportHealth("a", true, "");
    assertThat(bench.state("a")).isEqualTo(EJECTED);
  }
}
