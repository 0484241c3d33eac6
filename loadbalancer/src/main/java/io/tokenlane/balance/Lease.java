package io.tokenlane.balance;

/**
 * A chosen node plus the duty to report how it went: exactly one of {@link #success}, {@link
 * #ignored} and {@link #dropped}, from any thread. Whatever is called first counts; later calls
 * change nothing, so that competing end signals (complete, error, cancel) need no order.
 */
public interface Lease {
  /** In place of cached tokens: the node does not say. */
  int UNTOLD = -1;

  Node node();

  /**
   * The first byte of a <em>good</em> answer arrived now. Not to be called for an error status: a
   * failure must never count as a fast latency. Only the first call counts, and only while the
   * lease is open.
   */
  void firstByte();

  /**
   * Tokens of the answer so far, the first included; to be told before the lease is closed. Teaches
   * how fast the node generates. An answer that comes in one piece is told by this alone, without
   * {@link #firstByte}: its whole time says nothing about the first token but what is left when the
   * other tokens' time is taken off.
   */
  void produced(int tokens);

  /**
   * What the node said it read: the tokens of the prompt, and those of them that it had computed
   * before; to be told before the lease is closed. Teaches how fast it computes prompts. Some nodes
   * tell of cached tokens only where there are any: until one has, what was presumed at the lease's
   * beginning is taken.
   *
   * @param cachedTokens 0 to {@code promptTokens}, or {@link #UNTOLD}
   */
  void read(int promptTokens, int cachedTokens);

  /**
   * The call went well. Takes the time until now as its latency if neither a first byte nor tokens
   * were told.
   */
  void success();

  /** The outcome says nothing about the node: the client went away, or its request was bad. */
  void ignored();

  /**
   * The node failed: refused, timed out, broke off or answered 5xx.
   *
   * @param why one line for the operator, shown as {@link NodeSnapshot#lastFailure}
   */
  void dropped(String why);
}
