package io.tokenlane.engine.schedule;

/**
 * Bounds of a step.
 *
 * @param maxSequences most sequences that run at once, at least 1
 * @param maxTokens most tokens in a step, at least {@code maxSequences}
 * @param continuous whether sequences may join while others run
 */
public record SchedulerLimits(int maxSequences, int maxTokens, boolean continuous) {

  /** Refuses bounds under which a running sequence could go without a token. */
  public SchedulerLimits {
    if (maxSequences < 1) {
      throw new IllegalArgumentException(
          "max_sequences: %d (expected: >= 1)".formatted(maxSequences));
    }
    if (maxTokens < maxSequences) {
      throw new IllegalArgumentException(
          "max_tokens: %d (expected: >= %d, a token for each sequence)"
              .formatted(maxTokens, maxSequences));
    }
  }
}
