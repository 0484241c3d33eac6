package io.tokenlane.balance;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A node in the fleet with all that is known about it; read by picks without locks. */
final class Member {
  /** Answers that should have come by now but did not, before silence counts as slowness. */
  private static final double TOLERATED_SILENCE = 5;

  private final PoolSettings settings;
  private final FleetPace fleetPace;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean onTrial = new AtomicBoolean();
  private final Cell<Condition> condition;
  private final Cell<Pace> pace = new Cell<>(Pace.UNKNOWN);
  private final Cell<Reliability> reliability = new Cell<>(Reliability.PERFECT);
  private volatile Node node;
  private volatile long silentSince;

  Member(Node node, PoolSettings settings, FleetPace fleetPace, long now) {
    this.node = node;
    this.settings = settings;
    this.fleetPace = fleetPace;
    this.condition = new Cell<>(Condition.up(now));
  }

  Node node() {
    return node;
  }

  /** New weight or address under the same id. */
  void rename(Node renamed) {
    node = renamed;
  }

  void opened(long now) {
    inFlight.incrementAndGet();
    if (waiting.getAndIncrement() == 0) {
      silentSince = now;
    }
  }

  /** A good answer began; for a node that was out this is the proof, however long the answer. */
  void answered(long acquiredAt, boolean trial, long now) {
    settled(trial, now);
    long latencyNanos = now - acquiredAt;
    FleetPace.Level level = fleetPace.level();
    Pace learned = pace.change(p -> p.with(latencyNanos, level, now));
    fleetPace.learn(latencyNanos, learned.offset());
    condition.change(c -> c.answered(acquiredAt, now));
  }

  /** A lease ended before its first byte. */
  void unanswered(boolean trial, long now) {
    settled(trial, now);
  }

  private void settled(boolean trial, long now) {
    waiting.decrementAndGet();
    silentSince = now;
    if (trial) {
      onTrial.set(false);
    }
  }

  void closed() {
    inFlight.decrementAndGet();
  }

  void succeeded(long now) {
    reliability.change(r -> r.with(true, now));
    condition.change(c -> c.succeeded(now, settings));
  }

  void failed(String why, long acquiredAt, long now) {
    reliability.change(r -> r.with(false, now));
    condition.change(c -> c.failed(why, acquiredAt, now, settings));
  }

  void reportHealth(boolean healthy, String detail, long now) {
    condition.change(c -> healthy ? c.foundWell(now) : c.foundIll(detail, now));
  }

  /** Takes the one trial call, if the node is due for it and nobody else has it. */
  boolean takeTrial(long now) {
    return state(now) == NodeState.TRIAL && onTrial.compareAndSet(false, true);
  }

  NodeState state(long now) {
    return condition.get().state(now, settings);
  }

  int inFlight() {
    return inFlight.get();
  }

  double weight(long now) {
    return node.weight() * condition.get().share(now, settings);
  }

  double successRate(long now) {
    return reliability.get().at(now);
  }

  double slowness(long now) {
    Pace known = pace.get();
    return known.slowness(now) * silence(known, now);
  }

  /** How many of the answers expected since the last sign of life are missing, tolerance off. */
  private double silence(Pace known, long now) {
    int owed = waiting.get();
    if (owed <= 0) {
      return 1;
    }
    double expected = expectedLatency(known);
    double missing = expected > 0 ? owed * (now - silentSince) / expected : 0;
    return Math.max(1, missing / TOLERATED_SILENCE);
  }

  /** Nanoseconds; the fleet's for a node nobody has seen, 0 if the fleet is unseen too. */
  private double expectedLatency(Pace known) {
    return known.seen() ? known.latencyNanos() : fleetPace.level().latencyNanos();
  }

  NodeSnapshot snapshot(long now) {
    Condition current = condition.get();
    double latency = expectedLatency(pace.get());
    return new NodeSnapshot(
        node,
        current.state(now, settings),
        inFlight.get(),
        latency > 0 ? Optional.of(Duration.ofNanos((long) latency)) : Optional.empty(),
        successRate(now),
        Duration.ofNanos(now - current.enteredAt(now, settings)),
        current.lastFailure());
  }
}
