package io.tokenlane.engine.schedule;

/** What a scheduler counted since the start. The step thread's. */
public final class Counters {
  private long promptTokens;
  private long lookedUpTokens;
  private long cachedTokens;
  private long forkedTokens;
  private long generatedTokens;
  private long preemptions;

  Counters() {}

  /** Prompt tokens of the sequences that began to run. */
  public long promptTokens() {
    return promptTokens;
  }

  /** Those of them that were looked up in the KV cache, as they were no sibling's. */
  public long lookedUpTokens() {
    return lookedUpTokens;
  }

  /** Those of the looked up that were found. */
  public long cachedTokens() {
    return cachedTokens;
  }

  /** Prompt tokens that were shared with a sibling that had just computed them. */
  public long forkedTokens() {
    return forkedTokens;
  }

  /** Tokens generated. */
  public long generatedTokens() {
    return generatedTokens;
  }

  /** Sequences put back for want of blocks. */
  public long preemptions() {
    return preemptions;
  }

  /**
   * A sequence began to run.
   *
   * @param prompt its prompt tokens
   * @param there those that need not be computed
   * @param forked whether they are a sibling's
   */
  void began(int prompt, int there, boolean forked) {
    promptTokens += prompt;
    if (forked) {
      forkedTokens += there;
    } else {
      lookedUpTokens += prompt;
      cachedTokens += there;
    }
  }

  void generated(int tokens) {
    generatedTokens += tokens;
  }

  void preempted() {
    preemptions++;
  }
}
