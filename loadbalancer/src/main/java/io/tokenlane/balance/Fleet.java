package io.tokenlane.balance;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;

/** What all members of a pool share. */
final class Fleet {
  final PoolSettings settings;
  final LongSupplier clock;
  final IntUnaryOperator random;

  /** Time to the first byte. */
  final FleetPace answers = new FleetPace();

  /** Time for a prompt token to be computed, queue included. */
  final FleetPace prefill = new FleetPace();

  /** Time between two tokens of an answer. */
  final FleetPace decode = new FleetPace();

  final AtomicLong turns = new AtomicLong();
  final ArrivalForecast arrivals;

  /** Members whose stored state is EJECTED. */
  final AtomicInteger ejected = new AtomicInteger();

  volatile int size;
  volatile BiConsumer<Node, NodeState> onChange = (node, state) -> {};
  volatile Runnable onFreed = () -> {};

  Fleet(PoolSettings settings, LongSupplier clock, IntUnaryOperator random) {
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.arrivals = new ArrivalForecast();
  }

  /** Takes a place among the ejected, if the cap leaves one. */
  boolean mayEject() {
    int most = Math.max(1, (int) (settings.maxEjectedShare() * size));
    int before = ejected.getAndUpdate(count -> count < most ? count + 1 : count);
    return before < most;
  }
}
