package io.tokenlane.prefetch.cache;

import java.util.Set;

/**
 * Is told what changes in a cache, after it has changed there, by the thread that changed it. Must
 * not block. Evictions and expiry are no changes: what is gone that way may come back.
 *
 * <p>Whoever has answers of the cache that come back when they are asked for is told of a
 * forgetting before it, too: what comes back to a request that began after it must not be of before
 * it.
 */
public interface ChangeListener {
  /** This answer is stored now. */
  void stored(String key, Answer answer);

  /** What was stored under {@code key} must not be served again. */
  void dropped(String key);

  /** A group is about to be forgotten. */
  default void forgetting(String group) {}

  /** Nothing of this group that was fetched before now may be served again. */
  void forgotten(String group);

  /** What is so selected is about to be forgotten. */
  default void forgetting(Selection selected) {}

  /**
   * No answer so selected that was fetched before now may be served again, though it is not in this
   * memory.
   *
   * @param groups those of the answers that were in this memory; each was forgotten whole
   */
  void forgotten(Selection selected, Set<String> groups);

  /** Everything is about to be forgotten. */
  default void clearing() {}

  /** Nothing that was fetched before now may be served again. */
  void cleared();
}
