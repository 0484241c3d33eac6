package io.tokenlane.prefetch.cache;

import java.util.concurrent.CompletionStage;

/** What a request that asked the cache has to do next. */
public sealed interface Turn {

  /** Serve this. */
  record Hit(Answer answer) implements Turn {}

  /** Fetch it without waiting for anybody: what it answers to was lately not to be shared. */
  record Pass() implements Turn {}

  /** Fetch it, and settle the flight whatever happens. */
  record Lead(Flight flight) implements Turn {}

  /** Somebody is fetching it; the stage completes when there is word of it, and never fails. */
  record Wait(CompletionStage<Landing> landing) implements Turn {}
}
