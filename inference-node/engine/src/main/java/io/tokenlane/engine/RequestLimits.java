package io.tokenlane.engine;

import io.tokenlane.engine.model.Model;
import java.util.function.IntPredicate;

/**
 * What an engine can take.
 *
 * @param context most tokens of prompt and output together
 * @param vocabularySize valid ids are below
 * @param source what sets {@code context}, for messages
 * @param depth the model's layers
 */
record RequestLimits(int context, int vocabularySize, String source, Depth depth) {
  private static final int MOST_LOGPROBS = 20;
  private static final int MOST_PRIORITY = 1000;

  /** The model's context, or what fits the whole KV cache where that is less. */
  static RequestLimits of(Model model, long kvTokens) {
    int context = model.config().contextLength();
    int vocabulary = model.config().tokens();
    Depth depth = new Depth(model.config().layers(), model.exits());
    return kvTokens < context
        ? new RequestLimits((int) kvTokens, vocabulary, "KV cache", depth)
        : new RequestLimits(context, vocabulary, "context", depth);
  }

  /**
   * Layers of a model.
   *
   * @param leaves whether rows can leave them early
   */
  record Depth(int layers, boolean leaves) {}

  /**
   * @throws IllegalArgumentException if the request does not fit
   */
  void check(GenerationRequest request) {
    int prompt = request.prompt().length;
    if (prompt < 1 || prompt >= context) {
      throw new IllegalArgumentException(
          "prompt: %d tokens (expected: 1 to %d, %s %d less 1 to generate)"
              .formatted(prompt, context - 1, source, context));
    }
    if (request.maxTokens() < 1 || request.maxTokens() > context - prompt) {
      throw new IllegalArgumentException(
          "max_tokens: %d (expected: 1 to %d, %s %d less %d prompt tokens)"
              .formatted(request.maxTokens(), context - prompt, source, context, prompt));
    }
    if (request.topLogprobs() < -1 || request.topLogprobs() > MOST_LOGPROBS) {
      throw new IllegalArgumentException(
          "top_logprobs: %d (expected: -1 to %d)".formatted(request.topLogprobs(), MOST_LOGPROBS));
    }
    request.earlyExit().check(depth.layers, depth.leaves);
    checkPriority(request.priority());
    checkIds("prompt", request.prompt());
    checkIds(request);
  }

  /**
   * Refuses a prefix that cannot be computed ahead.
   *
   * @param blockSize only full blocks of this size are of use later
   */
  void check(PrefillRequest request, int blockSize) {
    int tokens = request.prompt().length;
    if (tokens < blockSize || tokens >= context) {
      throw new IllegalArgumentException(
          "prefix: %d tokens (expected: %d, a full block, to %d, %s %d less 1 to generate)"
              .formatted(tokens, blockSize, context - 1, source, context));
    }
    checkPriority(request.priority());
    checkIds("prefix", request.prompt());
  }

  private static void checkPriority(int priority) {
    Range.require("priority", priority, -MOST_PRIORITY, MOST_PRIORITY);
  }

  private void checkIds(String name, int[] ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabularySize) {
        throw unknown(name + "[" + i + "]", ids[i]);
      }
    }
  }

  private void checkIds(GenerationRequest request) {
    IntPredicate known = id -> id >= 0 && id < vocabularySize;
    for (int id : request.stopTokens()) {
      if (!known.test(id)) {
        throw unknown("stop_tokens", id);
      }
    }
    for (int id : request.sampling().logitBias().keySet()) {
      if (!known.test(id)) {
        throw unknown("logit_bias", id);
      }
    }
  }

  private IllegalArgumentException unknown(String name, int id) {
    return new IllegalArgumentException(
        "%s: token %d (expected: 0 to %d, the vocabulary)".formatted(name, id, vocabularySize - 1));
  }
}
