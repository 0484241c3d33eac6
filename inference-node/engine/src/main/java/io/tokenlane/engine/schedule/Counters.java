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

  void generated() {
    generatedTokens++;
  }

  void preempted() {
    preemptions++;
  }

  Scheduler.Totals totals() {
    return new Scheduler.Totals(promptTokens, cachedTokens, generatedTokens, preemptions);
  }
}
