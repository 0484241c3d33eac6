package io.tokenlane.engine.schedule;

/** What a scheduler counts. */
final class Counters {
  private long promptTokens;
  private long cachedTokens;
  private long generatedTokens;
  private long preemptions;

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

  Totals totals() {
    return new Totals(promptTokens, cachedTokens, generatedTokens, preemptions);
  }
}
