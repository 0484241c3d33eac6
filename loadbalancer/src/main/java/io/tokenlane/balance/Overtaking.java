package io.tokenlane.balance;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many calls a node serves at once, learned from who overtakes whom. Of a call that was the
 * n-th in flight when it was sent, and had its answer after d others had ended, r = n − d were
 * surely in service together: a node of c slots with a queue never lets r go beyond c. With K(n)
 * calls sent as n-th and R(r) calls that reached r, a node of more than c slots would have let
 *
 * <pre>E(c) = K(&gt; c) · R(c) / K(≥ c) / 2</pre>
 *
 * calls reach more than c, since among one more the last comes first somewhat less often. c is
 * taken for the node's limit where at least {@value #SURE} were to be expected ({@value
 * #SURE_OF_FAMILIAR} where another node has the same; {@value #SURE_ANEW} in a record that begins
 * anew) and at most a tenth of them came.
 *
 * <p>Where all answers take the same time nobody overtakes, whatever the limit. So latencies must
 * not say otherwise: behind c slots their logarithm is level up to n = c and grows by ln(n / c)
 * beyond it; of all limits, and none, c must be within a factor of likelihood of exp({@value
 * #UNLIKELY}) of the best. Where others send calls to the node too, r ends gradually, not at a
 * cliff: the c-th in flight must end first at least {@value #CLIFF} times as often as the one
 * before it does. Whatever does not queue in order is left without a limit.
 *
 * <p>A gateway that stands still for a moment, as each does while it is new, hears of answers in no
 * order, and of more at once than a node serves. What a node's own record says then is spoiled for
 * minutes; that of all nodes together, of one kind in most fleets, has the same samples within
 * seconds, and a second one of them all {@link #beginningAnew begins anew} without what was
 * spoiled. Speeds differ, so latencies count there as distances from the node's own mean.
 *
 * <p>A limit that is held to shows nothing beyond it; so it stays until calls reach more, or
 * latencies deny it. Written under the member's lock, read without.
 */
final class Overtaking {
  /** More at once than this queue so seldom that it does not matter where. */
  private static final int MOST = 32;

  private static final int LEVELS = MOST + 2;
  private static final int FORGOTTEN_HALF = 4096;
  private static final int FIRST_WINDOW = 512;
  private static final int LATELY = 256;
  private static final int LOOKED_AT = 32;
  private static final double SURE = 4;
  private static final double SURE_ANEW = 9;
  private static final double SURE_OF_FAMILIAR = 1;
  private static final double FLUKES = 0.1;
  private static final double FLUKES_ALWAYS = 2;
  private static final double LEAST_SHOWN = 2;
  private static final double CLIFF = 0.35;
  private static final double NOISE = 1;
  private static final double UNLIKELY = 4;
  private static final double DENIED = 12;
  private static final double LEAST_VARIANCE = 0.0025;
  private static final double MODEL_VARIANCE = 0.005;

  /** So that sums of squares stay small. */
  private static final double ORIGIN = Pace.logarithm(1e8);

  private static final double[] LOGARITHM = logarithmsOfCounts();

  private final double[] sent = new double[LEVELS];
  private final double[] logarithms = new double[LEVELS];
  private final double[] reached = new double[LEVELS];
  private final double[] first = new double[LEVELS];
  private final double[] sentLately = new double[LEVELS];
  private final double[] reachedLately = new double[LEVELS];
  private final AtomicBoolean busy = new AtomicBoolean();
  private double sum;
  private double squares;
  private int samples;

  /** Samples after which it begins anew where it found nothing; 0 for never. */
  private int window;

  private final double sure;

  private volatile int limit;

  /** The most that were served together lately, stalls of this gateway forgotten soon. */
  private volatile int shown;

  /** A record that forgets by halves. */
  Overtaking() {
    this(0, SURE);
  }

  private Overtaking(int window, double sure) {
    this.window = window;
    this.sure = sure;
  }

  /**
   * One that begins anew, at longer and longer intervals, as long as it found nothing. It looks at
   * many windows, so it must be surer of each.
   */
  static Overtaking beginningAnew() {
    return new Overtaking(FIRST_WINDOW, SURE_ANEW);
  }

  /** Calls served at once; 0 where nothing is sure. */
  int limit() {
    return limit;
  }

  /**
   * The same, or what is presumed until something is sure; twice as many as the node has shown
   * where those are more.
   *
   * @param stretch part by which it may be exceeded, rounded up
   */
  int limit(int presumed, double stretch) {
    int seen = limit;
    int held = seen > 0 ? seen : shown > presumed ? 2 * shown : presumed;
    return held + (int) Math.ceil(stretch * held);
  }

  /**
   * An answer has come.
   *
   * @param place n; ≥ 1
   * @param ended d; ≥ 0
   * @param familiar a limit that another node was seen to have; 0 if none was
   * @return how far the latency's logarithm lies above the mean of those before
   */
  double sample(int place, int ended, double latencyNanos, int familiar) {
    double x = Pace.logarithm(latencyNanos) - ORIGIN;
    double mean = samples == 0 ? x : sum / samples;
    add(place, ended, x, familiar);
    return x - mean;
  }

  /**
   * The same of any node of a fleet whose nodes are of different speeds.
   *
   * @param deviation of the latency's logarithm from the node's own mean
   */
  void sampleOfAny(int place, int ended, double deviation) {
    // Of two threads at once one leaves its sample: there are enough.
    if (busy.compareAndSet(false, true)) {
      add(place, ended, deviation, 0);
      busy.set(false);
    }
  }

  private void add(int place, int ended, double x, int familiar) {
    int n = Math.min(place, LEVELS - 1);
    sent[n]++;
    logarithms[n] += x;
    sum += x;
    squares += x * x;
    int together = Math.clamp((long) place - ended, 1, LEVELS - 1);
    reached[together]++;
    if (ended == 0) {
      first[n]++;
    }
    samples++;
    sentLately[n]++;
    reachedLately[together]++;
    if (samples % LATELY == 0) {
      halve(sentLately);
      halve(reachedLately);
    }
    if (samples % LOOKED_AT == 0) {
      limit = found(familiar);
      shown = shown();
    }
    if (limit == 0 && window > 0 && samples >= window) {
      forgetAll();
    } else if (samples == FORGOTTEN_HALF) {
      forgetHalf();
    }
  }

  private void forgetAll() {
    window = Math.min(2 * window, FORGOTTEN_HALF);
    samples = 0;
    sum = 0;
    squares = 0;
    Arrays.fill(sent, 0);
    Arrays.fill(logarithms, 0);
    Arrays.fill(reached, 0);
    Arrays.fill(first, 0);
  }

  private void forgetHalf() {
    samples = FORGOTTEN_HALF / 2;
    sum /= 2;
    squares /= 2;
    halve(sent);
    halve(logarithms);
    halve(reached);
    halve(first);
  }

  private static void halve(double[] counts) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] /= 2;
    }
  }

  /** The most that at least two, and a tenth of those that could, reached lately. */
  private int shown() {
    double could = 0;
    double did = 0;
    for (int r = LEVELS - 1; r > 1; r--) {
      could += sentLately[r];
      did += reachedLately[r];
      if (did >= LEAST_SHOWN && did >= FLUKES * could) {
        return r;
      }
    }
    return 1;
  }

  /**
   * E(c).
   *
   * @param above K(&gt; c)
   */
  private double expected(int c, double above) {
    return above * reached[c] / Math.max(1, above + sent[c]) / 2;
  }

  private int found(int familiar) {
    int before = limit;
    int best = 0;
    boolean stays = false;
    double above = sent[LEVELS - 1];
    double beyond = reached[LEVELS - 1];
    for (int c = MOST; c >= 1; c--) {
      double expected = expected(c, above);
      double wanted = c == familiar ? SURE_OF_FAMILIAR : sure;
      if (expected >= wanted && beyond <= FLUKES * expected && cliff(c) && likely(c, UNLIKELY)) {
        best = c;
      }
      if (c == before) {
        stays = beyond < FLUKES_ALWAYS + FLUKES * expected && likely(c, DENIED);
      }
      above += sent[c];
      beyond += reached[c];
    }
    return best == 0 && stays ? before : best;
  }

  /** Whether those sent as c-th end first about as often as those before them. */
  private boolean cliff(int c) {
    if (c == 1 || sent[c - 1] == 0) {
      return true;
    }
    double expected = first[c - 1] / sent[c - 1] * sent[c];
    return first[c] >= CLIFF * expected - NOISE;
  }

  /** Whether no other limit, nor none, fits the latencies so much better. */
  private boolean likely(int c, double most) {
    double all = 0;
    double between = 0;
    for (int n = 1; n < LEVELS; n++) {
      all += sent[n];
      between += sent[n] == 0 ? 0 : logarithms[n] * logarithms[n] / sent[n];
    }
    double variance = Math.max(LEAST_VARIANCE, (squares - between) / all);
    double bound = misfit(c, variance) - 2 * most;
    for (int other = 1; other < LEVELS; other++) {
      if (misfit(other, variance) < bound) {
        return false;
      }
    }
    return true;
  }

  /**
   * Squares of what a limit leaves unexplained of the levels' means, by their variance: that of a
   * mean and what the two straight lines are wrong by.
   */
  private double misfit(int c, double variance) {
    double weights = 0;
    double sum = 0;
    double square = 0;
    for (int n = 1; n < LEVELS; n++) {
      if (sent[n] > 0) {
        double weight = sent[n] / (variance + sent[n] * MODEL_VARIANCE);
        double left = logarithms[n] / sent[n] - (n > c ? LOGARITHM[n] - LOGARITHM[c] : 0);
        weights += weight;
        sum += weight * left;
        square += weight * left * left;
      }
    }
    return square - sum * sum / weights;
  }

  private static double[] logarithmsOfCounts() {
    double[] all = new double[LEVELS];
    for (int n = 1; n < LEVELS; n++) {
      all[n] = Math.log(n);
    }
    return all;
  }
}
