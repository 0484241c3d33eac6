package io.tokenlane.prefetch.cache;

/** How a flight went, as its waiters learn it. */
public sealed interface Landing {

  /**
   * This answer was fetched and is stored under this key: serve it where the request has the same.
   */
  record Landed(String key, Answer answer) implements Landing {}

  /** Nothing was fetched: serve what was stored before where the request may be given it. */
  record Lent(String key, Answer answer) implements Landing {}

  /** The origin failed: serve this stale answer where it may stand in for the request's, too. */
  record StoodIn(String key, Answer answer) implements Landing {}

  /** The answer is on its way: ride along where it answers the request. */
  record Opened(Opening opening) implements Landing {}

  /** The answer cannot be shared: go upstream, without waiting for anybody. */
  record Unshared() implements Landing {}

  /** The fetch failed: so does the request. */
  record Failed(Throwable why) implements Landing {}

  /** The leader went away before its answer was known: take a turn again. */
  record Abandoned() implements Landing {}
}
