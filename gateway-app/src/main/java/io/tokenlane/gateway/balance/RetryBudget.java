package io.tokenlane.gateway.balance;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many retries of refused or slow requests are affordable: each request earns a share of one,
 * each retry costs one, and a reserve covers a burst. Without it, retries would double the load on
 * a fleet that is failing under load. Thread-safe, lock-free.
 */
final class RetryBudget {
  private static final long RETRY = 1_000;
  private static final long RESERVE = 100 * RETRY;

  private final long earned;
  private final AtomicLong balance = new AtomicLong(RESERVE);

  /** Earns {@code share} of a retry per request, 0 to 1. */
  RetryBudget(double share) {
    this.earned = Math.round(share * RETRY);
  }

  void request() {
    balance.accumulateAndGet(earned, (before, more) -> Math.min(RESERVE, before + more));
  }

  /** Whether there is one to be had now. */
  boolean any() {
    return balance.get() >= RETRY;
  }

  boolean retry() {
    return balance.getAndUpdate(before -> before >= RETRY ? before - RETRY : before) >= RETRY;
  }
}
