package io.tokenlane.engine;

/** How sequences get their place in the KV cache. */
public enum KvStrategy {
  /** Block by block, as they grow; blocks of common prefixes are shared. */
  PAGED,
  /**
   * One stretch for the model's whole context, from the first step to the last, as servers did
   * before paging; nothing is shared. For comparison.
   */
  CONTIGUOUS
}
