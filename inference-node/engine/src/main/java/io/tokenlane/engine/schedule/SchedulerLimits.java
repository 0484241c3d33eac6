package io.tokenlane.engine.schedule;

/**
 * Bounds and policies of steps.
 *
 * @param maxSequences most sequences that run at once, at least 1
 * @param maxTokens most tokens in a step, at least {@code maxSequences}
 * @param continuous whether sequences may join while others run
 * @param watermark blocks that stay available when a sequence joins others, besides one for each
 *     that may grow, so that what is admitted is not put back at once; at least 0
 * @param order who is given tokens first
 */
public record SchedulerLimits(
    int maxSequences, int maxTokens, boolean continuous, int watermark, QueueOrder order) {

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
    if (watermark < 0) {
      throw new IllegalArgumentException("watermark: %d (expected: >= 0)".formatted(watermark));
    }
  }
}
