package io.tokenlane.node.answer;

import io.tokenlane.engine.run.Effort;

/**
 * Tokens of one or more answers.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens those of them that were found in the KV cache
 * @param completionTokens tokens generated up to the stop, a stop token included
 * @param reasoningTokens those of them that were reasoning, tags included
 * @param effort what the completion took; nothing unless its tokens might leave the model early
 */
public record AnswerUsage(
    int promptTokens,
    int cachedTokens,
    int completionTokens,
    int reasoningTokens,
    Effort.Counts effort) {

  /** No tokens. */
  public static final AnswerUsage NONE = new AnswerUsage(0, 0, 0, 0);

  /** Tokens that each took all layers. */
  public AnswerUsage(
      int promptTokens, int cachedTokens, int completionTokens, int reasoningTokens) {
    this(promptTokens, cachedTokens, completionTokens, reasoningTokens, Effort.Counts.NONE);
  }

  /** The sum of both. */
  public AnswerUsage plus(AnswerUsage other) {
    return new AnswerUsage(
        promptTokens + other.promptTokens,
        cachedTokens + other.cachedTokens,
        completionTokens + other.completionTokens,
        reasoningTokens + other.reasoningTokens,
        effort.plus(other.effort));
  }

  /** This without a prompt, as a further answer to the same prompt counts. */
  public AnswerUsage withoutPrompt() {
    return new AnswerUsage(0, 0, completionTokens, reasoningTokens, effort);
  }
}
