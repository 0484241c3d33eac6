package io.tokenlane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OvertakingTest {
  private static final int CALLS = 20_000;
  private static final int UNLIMITED = 1_000;

  /** A node of some slots with a queue, at Poisson arrivals, and what is learned of it. */
  private static final class Simulated {
    private final SplittableRandom random = new SplittableRandom(93);
    private final Overtaking learned = new Overtaking();
    private final PriorityQueue<double[]> leaving =
        new PriorityQueue<>(Comparator.comparingDouble(call -> call[0]));
    private final double variation;
    private Fleet all = new Fleet(settings(true, 1), () -> 0, bound -> 0);
    private double speed = 1;
    private double now;
    private int ended;
    private int lowest = Integer.MAX_VALUE;

    /**
     * @param variation standard deviation of the time of service by its mean
     */
    Simulated(double variation) {
      this.variation = variation;
    }

    /** Calls of mean 1 at a rate per slot; the limit is respected only where it is learned. */
    void run(int slots, double perSecond) {
      run(slots, perSecond, CALLS);
    }

    void run(int slots, double perSecond, int calls) {
      PriorityQueue<Double> free = new PriorityQueue<>();
      for (int i = 0; i < slots; i++) {
        free.add(now);
      }
      for (int i = 0; i < calls; i++) {
        now -= Math.log(1 - random.nextDouble()) / perSecond;
        end(now);
        int place = leaving.size() + 1;
        double start = Math.max(now, free.remove());
        double end = start + service();
        free.add(end);
        leaving.add(new double[] {end, now, place, ended});
      }
      end(Double.POSITIVE_INFINITY);
    }

    private void end(double until) {
      while (!leaving.isEmpty() && leaving.element()[0] <= until) {
        double[] call = leaving.remove();
        int before = ended - (int) call[3];
        double took = (call[0] - call[1]) * 1e9;
        all.overtaken((int) call[2], before, learned.sample((int) call[2], before, took, 0));
        ended++;
        if (learned.limit() > 0) {
          lowest = Math.min(lowest, learned.limit());
        }
      }
    }

    private double service() {
      double sigma = Math.sqrt(Math.log(1 + variation * variation));
      return Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2) / speed;
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0.75", "2, 0.75", "4, 0.5", "4, 0.75", "8, 0.75"})
  void findsTheSlotsOfAQueueByWhoOvertakesWhom(int slots, double variation) {
    Simulated node = new Simulated(variation);
    node.run(slots, 0.85 * slots);
    assertThat(node.learned.limit()).isEqualTo(slots);
  }

  @ParameterizedTest
  @CsvSource({"0", "0.02", "0.1", "0.3", "0.75", "1.5"})
  void believesInNoLimitWhereThereIsNone(double variation) {
    Simulated node = new Simulated(variation);
    node.run(UNLIMITED, 4);
    assertThat(node.lowest).isEqualTo(Integer.MAX_VALUE);
  }

  /** Where all answers take about the same time nobody overtakes: too low a limit would be easy. */
  @ParameterizedTest
  @CsvSource({"0, 0.7", "0, 0.95", "0.02, 0.95", "0.1, 0.95", "0.3, 0.95", "0.75, 0.95"})
  void neverBelievesInTooLowALimit(double variation, double load) {
    Simulated node = new Simulated(variation);
    node.run(4, 4 * load);
    assertThat(node.lowest).isGreaterThanOrEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"2, 4", "4, 8", "4, 1000"})
  void givesUpALimitThatCallsGoBeyond(int before, int after) {
    Simulated node = new Simulated(0.75);
    node.run(before, 0.85 * before);
    assertThat(node.learned.limit()).isEqualTo(before);
    node.run(after, 1.5 * before);
    assertThat(node.learned.limit()).isIn(0, after);
  }

  /**
   * Where it is switched off, or other gateways fill the same nodes, what was seen holds nowhere.
   */
  @ParameterizedTest
  @CsvSource({"true, 1, 4", "false, 1, 0", "true, 2, 0"})
  void whatWasSeenHoldsWhereItMay(boolean learns, int gateways, int presumed) {
    Fleet fleet = new Fleet(settings(learns, gateways), () -> 0, bound -> 0);

    fleet.seen(4, false);
    assertThat(fleet.presumedLimit).isZero();
    fleet.seen(4, true);
    assertThat(fleet.presumedLimit).isEqualTo(presumed);
  }

  /** Nodes of one kind need not be learned one by one, be they of different speeds. */
  @ParameterizedTest
  @CsvSource({"true, 1, 4", "false, 1, 0", "true, 2, 0"})
  void whatAllNodesTogetherShowHoldsForEach(boolean learns, int gateways, int presumed) {
    Fleet fleet = new Fleet(settings(learns, gateways), () -> 0, bound -> 0);
    Simulated fast = new Simulated(0.75);
    Simulated slow = new Simulated(0.75);
    fast.all = fleet;
    slow.all = fleet;
    slow.speed = 0.3;
    fast.run(4, 0.85 * 4);
    slow.run(4, 0.85 * 4 * slow.speed);

    fleet.seen(0, false);
    assertThat(fleet.limitOfAll()).isEqualTo(4);
    assertThat(fleet.presumedLimit).isEqualTo(presumed);
  }

  /** A gateway that stands still sees answers in any order, and as many at once as it has asked. */
  @Test
  void whatWasSpoiledWhileTheGatewayStoodStillDoesNotCountForLong() {
    Simulated node = new Simulated(0.75);
    for (int i = 0; i < 1_000; i++) {
      node.all.overtaken(1 + i % 12, 0, 1);
    }
    node.run(4, 0.85 * 4, 3_000);
    assertThat(node.all.limitOfAll()).isEqualTo(4);
  }

  /** It looks again and again: no window may believe in what is not there. */
  @ParameterizedTest
  @CsvSource({"0.1", "0.3", "0.75", "1.5"})
  void believesInNoLimitHoweverOftenItBeginsAnew(double variation) {
    Simulated node = new Simulated(variation);
    for (int i = 0; i < 10; i++) {
      node.run(UNLIMITED, 4);
      assertThat(node.all.limitOfAll()).isZero();
    }
  }

  private static PoolSettings settings(boolean learns, int gateways) {
    PoolSettings known = PoolSettings.DEFAULT;
    return new PoolSettings(
        known.alpha(),
        known.failuresToEject(),
        known.ejection(),
        known.maxEjection(),
        known.ramp(),
        known.maxEjectedShare(),
        known.panicShare(),
        gateways,
        learns);
  }
}
