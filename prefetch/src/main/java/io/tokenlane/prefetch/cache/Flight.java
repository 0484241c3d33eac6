package io.tokenlane.prefetch.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One upstream fetch that others may be waiting for. Its leader settles it exactly once with one of
 * three endings; every later call is ignored, so {@link #abandon} may sit in a {@code finally}.
 */
public final class Flight {
  private final AnswerCache cache;
  private final String key;
  private final CompletableFuture<Landing> landing = new CompletableFuture<>();
  private final AtomicBoolean settled = new AtomicBoolean();

  Flight(AnswerCache cache, String key) {
    this.cache = cache;
    this.key = key;
  }

  /** Stores the answer under the flight's key and gives it to all waiters. */
  public void land(Answer answer) {
    if (settled.compareAndSet(false, true)) {
      cache.put(key, answer);
      end(new Landing.Landed(answer));
    }
  }

  /** The answer cannot be shared: waiters go upstream at once. */
  public void release() {
    if (settled.compareAndSet(false, true)) {
      end(new Landing.Unshared());
    }
  }

  /** The leader gives up (cancelled): the first waiter to take a turn again leads. */
  public void abandon() {
    if (settled.compareAndSet(false, true)) {
      end(new Landing.Abandoned());
    }
  }

  CompletionStage<Landing> landing() {
    return landing.minimalCompletionStage();
  }

  private void end(Landing how) {
    cache.remove(this);
    landing.complete(how);
  }

  String key() {
    return key;
  }
}
