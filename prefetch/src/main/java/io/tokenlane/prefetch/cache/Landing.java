package io.tokenlane.prefetch.cache;

/** How a flight ended, as its waiters learn it. */
public sealed interface Landing {

  /** The leader stored this answer: serve it. */
  record Landed(Answer answer) implements Landing {}

  /** The answer cannot be shared: go upstream, without waiting for anybody. */
  record Unshared() implements Landing {}

  /** The leader went away before its answer was known: take a turn again. */
  record Abandoned() implements Landing {}
}
