package io.tokenlane.prefetch.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One upstream fetch that others may be waiting for. Once its answer's fields are known it may be
 * {@linkplain #open opened}: who waits, and who comes later, rides along. It is settled exactly
 * once by one of the other methods; every later call is ignored.
 */
public final class Flight {
  private final AnswerCache cache;
  private final Trip trip;
  private final CompletableFuture<Landing> landing = new CompletableFuture<>();
  private final AtomicBoolean settled = new AtomicBoolean();
  private final long begunNanos;
  private volatile String variantKey;
  private volatile boolean waitedFor;

  Flight(AnswerCache cache, Trip trip, long begunNanos) {
    this.cache = cache;
    this.trip = trip;
    this.variantKey = trip.flightKey();
    this.begunNanos = begunNanos;
  }

  /**
   * Its answer is going to be a variant: it is found under this key too, from before anybody knows
   * the key. Called once, before {@link #open}.
   *
   * @param variant the key of requests that are equal in what {@code Vary} names
   */
  public void alsoAs(String variant) {
    if (variant.equals(trip.flightKey())) {
      return;
    }
    variantKey = variant;
    cache.alsoUnder(this, variant);
  }

  /** The answer may be shared and its body is on its way. The flight goes on. */
  public void open(Opening opening) {
    if (!settled.get()) {
      landing.complete(new Landing.Opened(opening));
    }
  }

  /** Stores the answer under {@code variant} and gives it to all who wait. */
  public void land(String variant, Answer answer) {
    if (settled.compareAndSet(false, true)) {
      cache.put(variant, answer, begunNanos);
      end(new Landing.Landed(variant, answer));
    }
  }

  /** Stores an answer that was stored elsewhere, and offers it to all who wait. */
  public void restore(String variant, Answer answer) {
    if (settled.compareAndSet(false, true)) {
      cache.restoreSince(variant, answer, begunNanos);
      end(new Landing.Lent(variant, answer));
    }
  }

  /** Offers an answer that is stored already to all who wait. */
  public void lend(String variant, Answer answer) {
    if (settled.compareAndSet(false, true)) {
      end(new Landing.Lent(variant, answer));
    }
  }

  /** The fetch failed: offers a stale answer to all who wait. */
  public void standIn(String variant, Answer answer) {
    if (settled.compareAndSet(false, true)) {
      end(new Landing.StoodIn(variant, answer));
    }
  }

  /** The answer cannot be shared: waiters go upstream at once, and so do those of the next time. */
  public void release() {
    if (settled.compareAndSet(false, true)) {
      cache.rememberUnshared(trip.flightKey());
      end(new Landing.Unshared());
    }
  }

  /** The fetch failed before there was an answer: waiters fail alike. */
  public void fail(Throwable why) {
    if (settled.compareAndSet(false, true)) {
      end(new Landing.Failed(why));
    }
  }

  /**
   * The leader gives up, or what was opened was not stored in the end: the first waiter to take a
   * turn again leads; who rides along has what has passed.
   */
  public void abandon() {
    if (settled.compareAndSet(false, true)) {
      end(new Landing.Abandoned());
    }
  }

  /** Whether anybody has waited for it. */
  public boolean waitedFor() {
    return waitedFor;
  }

  CompletionStage<Landing> landing() {
    waitedFor = true;
    return landing.minimalCompletionStage();
  }

  /**
   * Whether what it brings was forgotten after it had begun: it may show what was before the
   * change, is not stored, and nobody who comes now waits for it.
   */
  public boolean forgotten() {
    return cache.forgottenSince(trip.key(), trip.group(), begunNanos)
        || cache.forgottenSince(variantKey, trip.group(), begunNanos);
  }

  boolean settled() {
    return settled.get();
  }

  private void end(Landing how) {
    cache.remove(this, trip.flightKey());
    cache.remove(this, variantKey);
    landing.complete(how);
  }
}
