package io.tokenlane.node.answer;

/**
 * Tokens of one or more answers.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens those of them that were found in the KV cache
 * @param completionTokens tokens generated up to the stop, a stop token included
 * @param reasoningTokens those of them that were reasoning, tags included
 */
public record AnswerUsage(
    int promptTokens, int cachedTokens, int completionTokens, int reasoningTokens) {

  /** No tokens. */
  public static final AnswerUsage NONE = new AnswerUsage(0, 0, 0, 0);

  /** The sum of both. */
  public AnswerUsage plus(AnswerUsage other) {
    return new AnswerUsage(
        promptTokens + other.promptTokens,
        cachedTokens + other.cachedTokens,
        completionTokens + other.completionTokens,
        reasoningTokens + other.reasoningTokens);
  }

  /** This without a prompt, as a further answer to the same prompt counts. */
  public AnswerUsage withoutPrompt() {
    return new AnswerUsage(0, 0, completionTokens, reasoningTokens);
  }
}
