package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.Opening;
import io.tokenlane.prefetch.http.CacheStatus;

/** What a fetch brought its own client. */
sealed interface Outcome {

  /** What the cache did. */
  CacheStatus status();

  /** An answer on its way. */
  record Riding(Opening opening, Ride ride, CacheStatus status) implements Outcome {}

  /** A stored answer: validated, or standing in for an origin that failed. */
  record Serving(Answer answer, CacheStatus status) implements Outcome {}
}
