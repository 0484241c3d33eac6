package io.tokenlane.balance;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** A lease on a member; also its own open/answered/closed flag, to save an allocation. */
final class MemberLease extends AtomicInteger implements Lease {
  private static final int WAITING = 0;
  private static final int ANSWERED = 1;
  private static final int CLOSED = 2;

  private final transient Member member;
  private final transient Node node;
  private final transient LongSupplier clock;
  private final boolean trial;
  private final long acquiredAt;

  MemberLease(Member member, LongSupplier clock, boolean trial) {
    super(WAITING);
    this.member = member;
    this.node = member.node();
    this.clock = clock;
    this.trial = trial;
    this.acquiredAt = clock.getAsLong();
    member.opened(acquiredAt);
  }

  @Override
  public Node node() {
    return node;
  }

  @Override
  public void firstByte() {
    if (compareAndSet(WAITING, ANSWERED)) {
      member.answered(acquiredAt, trial, clock.getAsLong());
    }
  }

  @Override
  public void success() {
    firstByte();
    if (close()) {
      member.succeeded(clock.getAsLong());
    }
  }

  @Override
  public void ignored() {
    close();
  }

  @Override
  public void dropped(String why) {
    if (close()) {
      member.failed(why, acquiredAt, clock.getAsLong());
    }
  }

  /** Gives the slot back; true for the one caller that closed the lease. */
  private boolean close() {
    int before = getAndSet(CLOSED);
    if (before == CLOSED) {
      return false;
    }
    if (before == WAITING) {
      member.unanswered(trial, clock.getAsLong());
    }
    member.closed();
    return true;
  }
}
