package io.tokenlane.balance;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;

/** What all members of a pool share. */
final class Fleet {
  volatile PoolSettings settings;
  final LongSupplier clock;
  final IntUnaryOperator random;

  /** Time to the first byte. */
  final FleetPace answers = new FleetPace();

  /** Time for a prompt token to be computed, queue included. */
  final FleetPace prefill = new FleetPace();

  /** Time between two tokens of an answer. */
  final FleetPace decode = new FleetPace();

  /** Who overtakes whom on any node, since most fleets are of nodes of one kind. */
  private volatile Overtaking together = new Overtaking();

  /** The same without what was spoiled while this gateway stood still; goes before it. */
  private volatile Overtaking togetherAnew = Overtaking.beginningAnew();

  final ForetoldSpeed foretold = new ForetoldSpeed();

  final AtomicLong turns = new AtomicLong();
  final ArrivalForecast arrivals;

  /** When the last call came, on the clock. */
  volatile long lastArrival;

  final Holds holds = new Holds();

  /** Members whose stored state is EJECTED. */
  final AtomicInteger ejected = new AtomicInteger();

  private static final double HELD_ALPHA = 0.02;
  private static final double AHEAD_ALPHA = 0.02;
  private static final double TELLING_SHARE = 0.5;

  private volatile double heldNanos;
  private volatile double meanAhead;
  volatile int size;

  /** The highest that any node was seen to have; 0 if none was. */
  volatile int familiarLimit;

  /** For nodes of which nothing is known, where most others have limits; 0 where they do not. */
  volatile int presumedLimit;

  volatile BiConsumer<Node, NodeState> onChange = (node, state) -> {};
  volatile Runnable onFreed = () -> {};

  Fleet(PoolSettings settings, LongSupplier clock, IntUnaryOperator random) {
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.arrivals = new ArrivalForecast();
    this.lastArrival = clock.getAsLong();
  }

  /**
   * What limits were seen.
   *
   * @param most the highest; 0 if none was
   * @param ofHalf whether at least half of the serving nodes have one
   */
  void seen(int most, boolean ofHalf) {
    int ofAll = limitOfAll();
    int familiar = Math.max(most, ofAll);
    boolean holds = (ofHalf || ofAll > 0) && settings.learnsSlots() && settings.gateways() == 1;
    int presumed = holds ? ofHalf ? most : ofAll : 0;
    if (familiar != familiarLimit || presumed != presumedLimit) {
      familiarLimit = familiar;
      presumedLimit = presumed;
    }
  }

  /** The nodes are others now: their paces and slots are learned from the beginning. */
  void others() {
    answers.forget();
    prefill.forget();
    decode.forget();
    together = new Overtaking();
    togetherAnew = Overtaking.beginningAnew();
  }

  /** What all nodes together were seen to serve at once each; 0 where that is not sure. */
  int limitOfAll() {
    int anew = togetherAnew.limit();
    return anew > 0 ? anew : together.limit();
  }

  /** Who overtook whom on any node; see {@link Overtaking#sampleOfAny}. */
  void overtaken(int place, int ended, double deviation) {
    together.sampleOfAny(place, ended, deviation);
    togetherAnew.sampleOfAny(place, ended, deviation);
  }

  /** How long a lease was held; of two at once one may be lost, which a mean can bear. */
  void held(long nanos) {
    double before = heldNanos;
    heldNanos = before == 0 ? (double) nanos : before + HELD_ALPHA * (nanos - before);
  }

  /**
   * Whether the time for so many prompt tokens tells how fast they are computed: beside a short
   * prompt it is mostly that of others' which nobody here knows of.
   */
  boolean telling(long tokensAhead) {
    double before = meanAhead;
    double mean =
        before == 0 ? (double) tokensAhead : before + AHEAD_ALPHA * (tokensAhead - before);
    meanAhead = mean;
    return tokensAhead >= TELLING_SHARE * mean;
  }

  /** Mean seconds that a lease is held; 0 before the first ended. */
  double secondsHeld() {
    return heldNanos / 1e9;
  }

  /** Takes a place among the ejected, if the cap leaves one. */
  boolean mayEject() {
    int most = Math.max(1, (int) (settings.maxEjectedShare() * size));
    int before = ejected.getAndUpdate(count -> count < most ? count + 1 : count);
    return before < most;
  }
}
