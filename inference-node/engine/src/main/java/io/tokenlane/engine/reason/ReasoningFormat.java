package io.tokenlane.engine.reason;

/**
 * How a model writes its reasoning.
 *
 * @param open text that opens the reasoning, not empty
 * @param close text that closes it, not empty
 * @param border text that ends a step, not empty
 * @param trialTokens most tokens of a trial answer, 1 to 256
 */
public record ReasoningFormat(String open, String close, String border, int trialTokens) {
  /** Tags as most models write them, a step a line. */
  public static final ReasoningFormat DEFAULT = new ReasoningFormat("<think>", "</think>", "\n", 8);

  private static final int MOST_TRIAL_TOKENS = 256;

  /** Refuses values out of range with a message that names the field. */
  public ReasoningFormat {
    require("open", open);
    require("close", close);
    require("border", border);
    if (trialTokens < 1 || trialTokens > MOST_TRIAL_TOKENS) {
      throw new IllegalArgumentException(
          "reasoning.trial_tokens: %d (expected: 1 to %d)"
              .formatted(trialTokens, MOST_TRIAL_TOKENS));
    }
  }

  private static void require(String name, String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException(
          "reasoning.%s: empty (expected: at least one character)".formatted(name));
    }
  }
}
