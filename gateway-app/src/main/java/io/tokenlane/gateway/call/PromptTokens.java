package io.tokenlane.gateway.call;

/**
 * The prompt's size before and after compression, in tokens of the configured encoding.
 *
 * @param original tokens of the texts that came
 * @param sent tokens of the texts sent on, ≤ original
 */
public record PromptTokens(int original, int sent) {

  /** As in the response header. */
  public String render() {
    return "original=" + original + ", sent=" + sent;
  }
}
