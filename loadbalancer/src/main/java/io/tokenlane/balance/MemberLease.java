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
  private final transient Opening opening;
  private volatile long answeredAt;
  private volatile double firstTokenNanos;
  private volatile int tokens;
  private volatile int promptTokens;
  private volatile int cachedTokens = UNTOLD;

  /** The member's slot must be open. */
  MemberLease(Member member, LongSupplier clock, Opening opening) {
    super(WAITING);
    this.member = member;
    this.node = member.node();
    this.clock = clock;
    this.opening = opening;
  }

  @Override
  public Node node() {
    return node;
  }

  @Override
  public void firstByte() {
    if (compareAndSet(WAITING, ANSWERED)) {
      long now = clock.getAsLong();
      answeredAt = now;
      firstTokenNanos = (double) (now - opening.at());
      member.answered(opening, now);
    }
  }

  @Override
  public void produced(int count) {
    tokens = count;
  }

  @Override
  public void read(int prompt, int cached) {
    promptTokens = prompt;
    cachedTokens = cached;
  }

  @Override
  public void success() {
    boolean inOnePiece = tokens > 0 && answeredInOnePiece();
    firstByte();
    if (close()) {
      long now = clock.getAsLong();
      if (opening.tokens() > 0 && firstTokenNanos > 0) {
        member.prefilled(opening, firstTokenNanos, promptTokens, cachedTokens);
      }
      if (tokens > 1 && !inOnePiece) {
        member.produced(tokens - 1, now - answeredAt, now);
      }
      member.succeeded(opening.at(), now);
      member.closed(opening, now);
    }
  }

  private boolean answeredInOnePiece() {
    boolean first = compareAndSet(WAITING, ANSWERED);
    if (first) {
      firstTokenNanos = member.answeredInOnePiece(opening, tokens, clock.getAsLong());
    }
    return first;
  }

  @Override
  public void ignored() {
    if (close()) {
      member.closed(opening, clock.getAsLong());
    }
  }

  @Override
  public void dropped(String why) {
    if (close()) {
      long now = clock.getAsLong();
      member.failed(why, opening.at(), now);
      member.closed(opening, now);
    }
  }

  /** True for the one caller that closed the lease and has to give the slot back. */
  private boolean close() {
    int before = getAndSet(CLOSED);
    if (before == WAITING) {
      member.settled(opening, clock.getAsLong());
    }
    return before != CLOSED;
  }
}
