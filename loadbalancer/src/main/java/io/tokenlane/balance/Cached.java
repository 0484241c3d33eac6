package io.tokenlane.balance;

/** How much of the beginning of one call's prompt each node has in its cache. */
@FunctionalInterface
public interface Cached {
  /** In place of a share: the node does not tell what it holds. */
  double UNTOLD = -1;

  /**
   * The share of the beginning that the node has, 0 to 1; {@link #UNTOLD} if it does not tell.
   * Asked while a node is picked: must neither block nor allocate.
   */
  double share(String nodeId);
}
