package io.tokenlane.bench.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestsTest {
  private static final List<Double> EQUAL = Collections.nCopies(8, 1.0);
  private static final Queues NODES = new Queues(EQUAL, EQUAL, 4);
  private static final double PER_SECOND = 448;

  /** What any one draw shows is chance: the ideal queue waits 1 ms in one and 22 in another. */
  @Test
  void typicalOnesWaitAboutAsLongAsInTheLongRun() {
    Queues.Waits longRun = NODES.waits(Requests.drawn(0, PER_SECOND, 2, 400));
    for (Requests typical : Requests.typical(NODES, PER_SECOND, 2, 10, 3)) {
      Queues.Waits waits = NODES.waits(typical);
      assertThat(waits.ideal()).isBetween(0.75 * longRun.ideal(), 1.25 * longRun.ideal());
      assertThat(waits.least()).isBetween(0.75 * longRun.least(), 1.25 * longRun.least());
    }
  }

  @Test
  void areTheSameEachTime() {
    Requests one = Requests.drawn(3, PER_SECOND, 1, 2);
    Requests other = Requests.drawn(3, PER_SECOND, 1, 2);
    assertThat(other.due(100)).isEqualTo(one.due(100));
    assertThat(other.work(100)).isEqualTo(one.work(100));
  }

  @Test
  void comeAsOftenAsAskedFor() {
    Requests drawn = Requests.drawn(1, PER_SECOND, 2, 50);
    long leading = IntStream.range(0, drawn.count()).filter(i -> !drawn.counts(i)).count();
    assertThat(leading).isBetween(780L, 1_010L);
    assertThat(drawn.count() - leading).isBetween(21_500L, 23_300L);
  }

  /** By hand: one node, two slots, three requests of 100 ms at once. */
  @Test
  void aRequestWaitsForTheFirstSlotThatComesFree() {
    Requests three = new Requests(new double[] {0, 10, 20}, new double[] {100, 100, 100}, 0);
    Queues.Waits waits = new Queues(List.of(1.0), List.of(1.0), 2).waits(three);
    assertThat(waits.ideal()).isEqualTo(80);
    assertThat(waits.least()).isEqualTo(80);
    assertThat(waits.leastLatency()).isEqualTo(180);
  }
}
