package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodePoolTest {
  @Test
  void anEmptyFleetLendsNothing() {
    assertThat(new Bench().pool.acquire(Strategies.DEFAULT)).isEmpty();
  }

  @Test
  void anExcludedNodeIsNotTriedAgain() {
    Bench bench = new Bench("a", "b");
    assertThat(bench.acquire("a").node().id()).isEqualTo("b");
    assertThat(bench.pool.acquire(Strategies.DEFAULT, Demand.PLAIN.without(Set.of("a", "b"))))
        .isEmpty();
  }

  @Test
  void whoAskedToBeLeftAloneIsPassedOverUntilTheTimeIsOver() {
    Bench bench = new Bench("a", "b");
    bench.pool.hold("a", Duration.ofMillis(100).toNanos());
    for (int i = 0; i < 50; i++) {
      assertThat(bench.acquire().node().id()).isEqualTo("b");
    }
    assertThat(bench.pool.anyBut(Set.of("b"))).isFalse();
    assertThat(bench.acquire("b").node().id()).isEqualTo("a");

    bench.passMillis(100);

    assertThat(bench.pool.anyBut(Set.of("b"))).isTrue();
    assertThat(bench.acquire().node().id()).isEqualTo("a");
  }

  @Test
  void whoAskedToBeLeftAloneHasNoTrialMeanwhile() {
    Bench bench = new Bench("a", "b");
    bench.eject("a");
    bench.pool.hold("a", Duration.ofHours(2).toNanos());
    bench.passMillis(Duration.ofHours(1).toMillis());
    assertThat(bench.state("a")).isEqualTo(NodeState.TRIAL);
    assertThat(bench.acquire().node().id()).isEqualTo("b");

    bench.passMillis(Duration.ofHours(1).toMillis());

    assertThat(bench.acquire().node().id()).isEqualTo("a");
  }

  @Test
  void tellsTheCostsThatAStrategyGoesBy() {
    Bench bench = new Bench("a", "b", "c");
    Lease busy = bench.on("a");
    Demand notC = Demand.PLAIN.without(Set.of("c"));

    List<NodeScore> scores = bench.pool.scores(Strategies.DEFAULT, notC, 3);

    assertThat(scores).extracting(NodeScore::node).containsExactly("a", "b", "c");
    assertThat(scores).extracting(NodeScore::eligible).containsExactly(true, true, false);
    assertThat(scores.get(0).cost()).isGreaterThan(scores.get(1).cost());
    assertThat(bench.pool.preferred(Strategies.DEFAULT, notC)).isEqualTo(Bench.node("b"));
    assertThat(bench.pool.scores(Strategies.DEFAULT, notC, 1)).hasSize(1);
    assertThat(bench.pool.scores(Strategies.named("round-robin"), notC, 3))
        .extracting(NodeScore::cost)
        .containsOnly(Double.NaN);
    busy.success();
  }

  @Test
  void aFleetOfOthersIsNotHeldAgainstWhatTheOldOneTook() {
    Bench bench = new Bench("a", "b");
    for (int i = 0; i < 200; i++) {
      answered(bench, 60);
    }
    bench.pool.replace(List.of(Bench.node("c"), Bench.node("d")));

    Set<String> asked = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      asked.add(answered(bench, 6));
    }
    assertThat(asked).containsExactlyInAnyOrder("c", "d");
  }

  /** Whom a call went to that was the only one. */
  private static String answered(Bench bench, int millis) {
    Lease lease = bench.acquire();
    bench.passMillis(millis);
    lease.success();
    return lease.node().id();
  }

  @Test
  void reloadKeepsWhatIsKnownOfNodesThatStay() {
    Bench bench = new Bench("a", "b");
    Lease lease = bench.on("a");
    bench.passMillis(80);
    lease.success();
    Lease open = bench.on("a");
    bench.eject("b");

    Node moved = new Node("a", URI.create("http://elsewhere:1"), 5);
    bench.pool.replace(List.of(moved, Bench.node("c")));

    assertThat(bench.pool.nodes()).containsExactly(moved, Bench.node("c"));
    assertThat(bench.see("a").inFlight()).isEqualTo(1);
    assertThat(bench.see("a").latency()).hasValueSatisfying(NodePoolTest::about80Millis);
    assertThat(bench.state("c")).isEqualTo(NodeState.UP);
    open.success();
    assertThat(bench.see("a").inFlight()).isZero();
  }

  private static void about80Millis(Duration latency) {
    assertThat(latency).isBetween(Duration.ofMillis(79), Duration.ofMillis(81));
  }

  @Test
  void refusesTheSameIdTwiceAndKeepsTheFleet() {
    Bench bench = new Bench("a");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bench.pool.replace(List.of(Bench.node("b"), Bench.node("b"))))
        .withMessage("node id: b twice (expected: once)");
    assertThat(bench.pool.nodes()).containsExactly(Bench.node("a"));
  }

  @Test
  void anUnseenNodeCountsAsFastAsTheFleet() {
    Bench bench = new Bench("a", "b");
    for (int i = 0; i < 50; i++) {
      Lease lease = bench.on("a");
      bench.passMillis(100);
      lease.success();
    }
    assertThat(bench.see("b").latency()).isEqualTo(bench.see("a").latency());
  }

  @Test
  void aFastFailureIsNoLatency() {
    Bench bench = new Bench("a", "b");
    Lease good = bench.on("a");
    bench.passMillis(100);
    good.success();
    bench.on("b").dropped("HTTP 503");
    assertThat(bench.see("b").latency()).isEqualTo(bench.see("a").latency());
    assertThat(bench.see("b").successRate()).isLessThan(1);
    assertThat(bench.see("b").lastFailure()).hasValue("HTTP 503");
    assertThat(bench.acquire().node().id()).isEqualTo("a");
  }

  @Test
  void bothFirstByteAndEndOfCallGiveOneLatency() {
    Bench bench = new Bench("a");
    Lease lease = bench.acquire();
    bench.passMillis(20);
    lease.firstByte();
    bench.passMillis(5_000);
    lease.success();
    assertThat(bench.see("a").latency())
        .hasValueSatisfying(latency -> assertThat(latency).isLessThan(Duration.ofMillis(21)));
  }

  @Test
  void aSilentNodeIsPassedOver() {
    Bench bench = new Bench("a", "b");
    for (int i = 0; i < 40; i++) {
      Lease first = bench.on("a");
      Lease second = bench.on("b");
      bench.passMillis(50);
      first.success();
      second.success();
    }
    Lease stuck = bench.on("a");
    Lease other = bench.on("b");
    bench.passMillis(49);
    other.success();
    bench.passMillis(2_000);
    bench.on("b").success();
    assertThat(bench.acquire().node().id()).isEqualTo("b");
    stuck.ignored();
  }

  @Test
  void callsOneByOneGoToAllNodes() {
    Bench bench = new Bench("a", "b", "c", "d");
    Map<String, Integer> calls = new HashMap<>();
    for (int i = 0; i < 400; i++) {
      Lease lease = bench.acquire();
      calls.merge(lease.node().id(), 1, Integer::sum);
      bench.passMillis(5);
      lease.success();
    }
    assertThat(calls).hasSize(4).allSatisfy((id, count) -> assertThat(count).isBetween(60, 140));
  }
}
