package io.tokenlane.engine;

import io.tokenlane.engine.reason.ThinkingReport;
import io.tokenlane.engine.run.Effort;
import org.jspecify.annotations.Nullable;

/** What happens to a generation, in order: tokens, then exactly one ending. */
public sealed interface GenerationEvent {

  /**
   * A token was generated. A stop token is reported too, as the last one.
   *
   * @param token its id
   * @param logprob natural logarithm of its probability under the unmodified logits; NaN unless log
   *     probabilities were asked for
   * @param topTokens ids of the most likely tokens, most likely first; empty unless asked for
   * @param topLogprobs their log probabilities
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, from the engine to one listener
  record Token(int token, float logprob, int[] topTokens, float[] topLogprobs)
      implements GenerationEvent {}

  /**
   * The generation ended.
   *
   * @param usage what it took
   * @param thinking what became of its reasoning; null unless that was watched, and there was one
   */
  record Finished(FinishReason reason, Usage usage, @Nullable ThinkingReport thinking)
      implements GenerationEvent {
    /** An ending without reasoning that was watched. */
    public Finished(FinishReason reason, Usage usage) {
      this(reason, usage, null);
    }
  }

  /**
   * The engine could not go on with this generation.
   *
   * @param message what went wrong, fit for the client
   * @param overloaded whether there was too much else to do, so that it may be tried again later
   */
  record Failed(String message, boolean overloaded) implements GenerationEvent {
    /** A failure of the engine itself. */
    public Failed(String message) {
      this(message, false);
    }
  }

  /**
   * Tokens counted by the engine.
   *
   * @param promptTokens tokens of the prompt
   * @param cachedTokens those of them that were found in the KV cache
   * @param completionTokens tokens generated, a final stop token included
   * @param effort what those took; {@link Effort.Counts#NONE} unless tokens might leave early
   */
  record Usage(int promptTokens, int cachedTokens, int completionTokens, Effort.Counts effort) {
    /** Tokens that each took all layers. */
    public Usage(int promptTokens, int cachedTokens, int completionTokens) {
      this(promptTokens, cachedTokens, completionTokens, Effort.Counts.NONE);
    }
  }
}
