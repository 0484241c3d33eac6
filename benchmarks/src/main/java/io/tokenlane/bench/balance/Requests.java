package io.tokenlane.bench.balance;

import io.tokenlane.bench.balance.Plan.Tail;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * The requests of one round: when each is due and the work that it asks for. Every proxy gets the
 * same.
 *
 * <p>A round is short: of ten seconds' requests a chance burst decides what the worst hundredth
 * waits, for any proxy, and the ideal queue's p99 wait lies anywhere from a fifth of its long-run
 * value to twice that. So {@link #typical} takes, of many draws, those in which two that need no
 * socket wait, and take, about as long as in the long run: least-connections and the ideal queue.
 */
final class Requests {
  private static final int DRAWS = 200;
  private static final int LONG_RUN = 200_000;
  private static final int FIRST_SEED = 7;

  /** A wait of less is noise on sockets. */
  private static final double LEAST_MILLIS = 1;

  private final double[] dueMillis;
  private final double[] workMillis;
  private final int leading;

  /**
   * @param dueMillis from the begin, ascending
   * @param workMillis at speed 1
   * @param leading how many of the first are not counted
   */
  Requests(double[] dueMillis, double[] workMillis, int leading) {
    this.dueMillis = dueMillis.clone();
    this.workMillis = workMillis.clone();
    this.leading = leading;
  }

  /** Poisson arrivals of lognormal work for so many seconds behind a leading stretch. */
  static Requests drawn(long seed, double perSecond, double leadingSeconds, double seconds) {
    SplittableRandom random = new SplittableRandom(seed);
    int most = (int) (2 * perSecond * (leadingSeconds + seconds)) + 100;
    double[] due = new double[most];
    double[] work = new double[most];
    double now = 0;
    int count = 0;
    int leading = 0;
    while (now < (leadingSeconds + seconds) * 1e3 && count < most) {
      due[count] = now;
      work[count++] = Tail.LOGNORMAL.draw(random) / 1e6;
      leading += now < leadingSeconds * 1e3 ? 1 : 0;
      now -= Math.log(1 - random.nextDouble()) / perSecond * 1e3;
    }
    return new Requests(Arrays.copyOf(due, count), Arrays.copyOf(work, count), leading);
  }

  /**
   * As many draws for these nodes, the most typical first.
   *
   * @param leadingSeconds not counted, before the seconds that are
   */
  static List<Requests> typical(
      Queues nodes, double perSecond, double leadingSeconds, double seconds, int count) {
    Queues.Waits longRun = nodes.waits(drawn(0, perSecond, 2, LONG_RUN / perSecond));
    return LongStream.range(FIRST_SEED, FIRST_SEED + DRAWS)
        .mapToObj(seed -> drawn(seed, perSecond, leadingSeconds, seconds))
        .map(draw -> new Ranked(draw, distance(nodes.waits(draw), longRun)))
        .sorted(Comparator.comparingDouble(Ranked::distance))
        .limit(count)
        .map(Ranked::requests)
        .toList();
  }

  /**
   * A draw.
   *
   * @param distance from the long run; 0 for like it
   */
  private record Ranked(Requests requests, double distance) {}

  private static double distance(Queues.Waits found, Queues.Waits wanted) {
    return apart(found.ideal(), wanted.ideal())
        + apart(found.idealLatency(), wanted.idealLatency())
        + apart(found.least(), wanted.least())
        + apart(found.leastLatency(), wanted.leastLatency());
  }

  private static double apart(double found, double wanted) {
    return Math.abs(Math.log((found + LEAST_MILLIS) / (wanted + LEAST_MILLIS)));
  }

  int count() {
    return dueMillis.length;
  }

  /** Milliseconds from the begin. */
  double due(int index) {
    return dueMillis[index];
  }

  /** Milliseconds at speed 1. */
  double work(int index) {
    return workMillis[index];
  }

  boolean counts(int index) {
    return index >= leading;
  }
}
