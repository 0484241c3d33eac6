package io.tokenlane.prefetch;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The running account of one endpoint; guarded by its prefetcher's lock. */
final class Ledger {
  private long done;
  private long failed;
  private long used;
  private long wasted;
  private int failuresInARow;
  private boolean fetchedNotUsed;
  private @Nullable String lastFailure;

  void succeed() {
    if (fetchedNotUsed) {
      wasted++;
    }
    done++;
    failuresInARow = 0;
    lastFailure = null;
    fetchedNotUsed = true;
  }

  void fail(@Nullable Throwable why) {
    failed++;
    failuresInARow++;
    Throwable cause =
        why instanceof CompletionException e && e.getCause() != null ? e.getCause() : why;
    lastFailure = cause == null ? "no answer" : String.valueOf(cause.getMessage());
  }

  void use() {
    if (fetchedNotUsed) {
      fetchedNotUsed = false;
      used++;
    }
  }

  int failuresInARow() {
    return failuresInARow;
  }

  PrefetchAccount account() {
    return new PrefetchAccount(done, failed, used, wasted, lastFailure);
  }
}
