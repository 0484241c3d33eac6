package io.tokenlane.prefetch.cache;

/**
 * Is told what changes in a cache, after it has changed there, by the thread that changed it. Must
 * not block. Evictions and expiry are no changes: what is gone that way may come back.
 */
public interface ChangeListener {
  /** This answer is stored now. */
  void stored(String key, Answer answer);

  /** What was stored under {@code key} must not be served again. */
  void dropped(String key);

  /** Nothing of this group that was fetched before now may be served again. */
  void forgotten(String group);

  /**
   * No answer so selected that was fetched before now may be served again, though it is not in this
   * memory.
   */
  void forgotten(Selection selected);

  /** Nothing that was fetched before now may be served again. */
  void cleared();
}
