package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScaleHintTest {
  private static List<Node> nodes(int limit) {
    return IntStream.range(0, 3)
        .mapToObj(i -> new Node("n" + i, URI.create("http://n" + i + ":1"), 1, limit))
        .toList();
  }

  /** Ten calls a second, each a tenth of a second on its node: one slot is busy. */
  private static ScaleHint afterAMinute(int limit) {
    Bench bench = new Bench(Bench.SETTINGS, nodes(limit));
    for (int i = 0; i < 600; i++) {
      Lease lease = bench.acquire();
      bench.passMillis(100);
      lease.success();
    }
    return bench.pool.scaleHint();
  }

  @Test
  void followsFromArrivalsAndTimeOnNodes() {
    ScaleHint hint = afterAMinute(2);
    assertThat(hint.callsPerSecond()).isCloseTo(10, within(1.0));
    assertThat(hint.busySlots()).isCloseTo(0.1 * hint.callsPerSecondSoon(), within(0.01));
    assertThat(hint.nodes()).isEqualTo(1);
  }

  @Test
  void saysNothingOfNodesThatDoNotTellTheirSlots() {
    assertThat(afterAMinute(0).nodes()).isZero();
  }

  @Test
  void asksForMoreNodesWhenMoreIsExpected() {
    Bench bench = new Bench(Bench.SETTINGS, nodes(2));
    for (int second = 0; second < 60; second++) {
      for (int call = 0; call < 20; call++) {
        Lease lease = bench.acquire();
        bench.passMillis(50);
        lease.success();
      }
    }
    ScaleHint steady = bench.pool.scaleHint();
    assertThat(steady.nodes()).isEqualTo(1);
    for (int i = 0; i < 40; i++) {
      List<Lease> burst = IntStream.range(0, 20 + 10 * i).mapToObj(n -> bench.acquire()).toList();
      bench.passMillis(1_000);
      burst.forEach(Lease::success);
    }
    assertThat(bench.pool.scaleHint().nodes()).isGreaterThan(3);
  }
}
