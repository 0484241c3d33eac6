package io.tokenlane.balance;

import java.util.Optional;

/**
 * Where a node stands between serving and being left alone. A value: time alone turns EJECTED into
 * TRIAL and RAMPING into UP, so these two are derived, never stored.
 *
 * @param stored UP, RAMPING, EJECTED, DOWN or DRAINING
 * @param since when the stored state began
 * @param until when an ejection is over
 * @param failuresInRow drops since the last success of a call that was sent after one
 * @param failedAt when the last of these came; says nothing without any
 * @param ejections ejections since the node was last fully up
 */
record Condition(
    NodeState stored,
    long since,
    long until,
    int failuresInRow,
    long failedAt,
    int ejections,
    Optional<String> lastFailure) {
  private static final double FIRST_SHARE = 0.1;

  static Condition up(long now) {
    return new Condition(NodeState.UP, now, now, 0, now, 0, Optional.empty());
  }

  NodeState state(long now, PoolSettings settings) {
    return switch (stored) {
      case EJECTED -> now - until >= 0 ? NodeState.TRIAL : NodeState.EJECTED;
      case RAMPING -> ramped(now, settings) >= 1 ? NodeState.UP : NodeState.RAMPING;
      default -> stored;
    };
  }

  long enteredAt(long now, PoolSettings settings) {
    return switch (state(now, settings)) {
      case TRIAL -> until;
      case UP -> stored == NodeState.UP ? since : since + settings.ramp().toNanos();
      default -> since;
    };
  }

  /** The part of its weight that the node may take now. */
  double share(long now, PoolSettings settings) {
    return stored == NodeState.RAMPING
        ? Math.min(1, FIRST_SHARE + (1 - FIRST_SHARE) * ramped(now, settings))
        : 1;
  }

  private double ramped(long now, PoolSettings settings) {
    return (double) (now - since) / settings.ramp().toNanos();
  }

  /** Ends an ejection, if the call was taken after it began. */
  Condition answered(long acquiredAt, long now) {
    return stored == NodeState.EJECTED && acquiredAt - since >= 0 ? ramping(now) : this;
  }

  /** A call that the node had before it began to fail says nothing of how it takes others now. */
  Condition succeeded(long acquiredAt, long now, PoolSettings settings) {
    if (suspect() && acquiredAt - failedAt < 0) {
      return this;
    }
    boolean recovered = state(now, settings) == NodeState.UP;
    return new Condition(stored, since, until, 0, failedAt, recovered ? 0 : ejections, lastFailure);
  }

  /** Whether one more failure ejects the node: a trial's failure always, others in a row. */
  boolean ripe(long acquiredAt, long now, PoolSettings settings) {
    NodeState state = state(now, settings);
    return state == NodeState.TRIAL
        ? acquiredAt - since >= 0
        : state.serves() && failuresInRow + 1 >= settings.failuresToEject();
  }

  /** Whether its last call failed: until one succeeds or it is ejected, it gets one at a time. */
  boolean suspect() {
    return failuresInRow > 0;
  }

  Condition failed(String why, long now) {
    return new Condition(stored, since, until, failuresInRow + 1, now, ejections, Optional.of(why));
  }

  /** For the back-off that the number of ejections before asks for. */
  Condition ejected(String why, long now, PoolSettings settings) {
    long longest = settings.maxEjection().toNanos();
    long backOff = settings.ejection().toNanos();
    for (int i = 0; i < ejections && backOff < longest; i++) {
      backOff = Math.min(longest, 2 * backOff);
    }
    return new Condition(
        NodeState.EJECTED, now, now + backOff, 0, now, ejections + 1, Optional.of(why));
  }

  Condition foundIll(String detail, long now) {
    return stored == NodeState.DOWN || stored == NodeState.DRAINING
        ? this
        : new Condition(NodeState.DOWN, now, now, 0, now, ejections, Optional.of(detail));
  }

  Condition foundWell(long now) {
    return stored == NodeState.DOWN ? ramping(now) : this;
  }

  Condition draining(long now) {
    return stored == NodeState.DRAINING
        ? this
        : new Condition(NodeState.DRAINING, now, now, 0, now, ejections, lastFailure);
  }

  /** Back in service by an operator's word, whatever kept it out. */
  Condition readmitted(long now) {
    return stored == NodeState.UP ? this : ramping(now);
  }

  private Condition ramping(long now) {
    return new Condition(NodeState.RAMPING, now, now, 0, now, ejections, lastFailure);
  }
}
