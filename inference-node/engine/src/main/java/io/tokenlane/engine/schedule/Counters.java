package io.tokenlane.engine.schedule;

/** What a scheduler counted since the start. The step thread's. */
public final class Counters {
  private long promptTokens;
  private long cachedTokens;
  private long generatedTokens;
  private long preemptions;

  Counters() {}

  /** Prompt tokens of the sequences that began to run. */
  public long promptTokens() {
    return promptTokens;
  }

  /** Those of them that were found in the KV cache. */
  public long cachedTokens() {
    return cachedTokens;
  }

  /** Tokens generated. */
  public long generatedTokens() {
    return generatedTokens;
  }

  /** Sequences put back for want of blocks. */
  public long preemptions() {
    return preemptions;
  }

  void began(int prompt, int cached) {
    promptTokens += prompt;
    cachedTokens += cached;
  }

  void generated(int tokens) {
    generatedTokens += tokens;
  }

  void preempted() {
    preemptions++;
  }
}
