package io.tokenlane.balance;

import static io.tokenlane.balance.NodeState.DOWN;
import static io.tokenlane.balance.NodeState.EJECTED;
import static io.tokenlane.balance.NodeState.RAMPING;
import static io.tokenlane.balance.NodeState.TRIAL;
import static io.tokenlane.balance.NodeState.UP;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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

  @Test
  void ignoredCallsSayNothing() {
    for (int i = 0; i < 9; i++) {
      bench.on("a").ignored();
    }
    assertThat(bench.state("a")).isEqualTo(UP);
    assertThat(bench.see("a").successRate()).isEqualTo(1);
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
  void whenAllAreOutCallsStillGoSomewhere() {
    bench.eject("a");
    bench.eject("b");
    Lease lease = bench.acquire();
    lease.success();
    assertThat(bench.see(lease.node().id()).state()).isEqualTo(RAMPING);
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
