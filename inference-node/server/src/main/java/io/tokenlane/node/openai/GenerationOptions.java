package io.tokenlane.node.openai;

import io.tokenlane.engine.sample.SamplingParams;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What chat and plain completions have in common in a request.
 *
 * @param maxTokens most tokens to generate; empty takes the endpoint's default
 * @param sampling how tokens are drawn
 * @param stop texts that end an answer
 * @param ignoreEos whether to go on after the end-of-sequence token
 * @param choices answers for each prompt
 * @param topLogprobs as the engine takes it: -1 is none at all
 * @param stream whether the answer is streamed
 * @param includeUsage whether a stream ends with the usage
 * @param priority higher runs earlier
 * @param cacheSalt KV blocks are shared with requests of the same salt only; empty: with all that
 *     name none
 */
record GenerationOptions(
    OptionalInt maxTokens,
    SamplingParams sampling,
    List<String> stop,
    boolean ignoreEos,
    int choices,
    int topLogprobs,
    boolean stream,
    boolean includeUsage,
    int priority,
    String cacheSalt) {

  /** Most log probabilities for each token. */
  static final int MAX_TOP_LOGPROBS = 20;

  private static final int MAX_CHOICES = 128;
  private static final int MAX_STOP_STRINGS = 16;

  /**
   * @param vocabularySize bounds the ids in {@code logit_bias}
   */
  static GenerationOptions read(
      Fields body, OptionalInt maxTokens, int topLogprobs, int vocabularySize) {
    boolean includeUsage =
        body.object("stream_options").map(o -> o.flag("include_usage", false)).orElse(false);
    return new GenerationOptions(
        maxTokens,
        sampling(body, vocabularySize),
        body.texts("stop", MAX_STOP_STRINGS),
        body.flag("ignore_eos", false),
        body.integer("n", 1, MAX_CHOICES).orElse(1),
        topLogprobs,
        body.flag("stream", false),
        includeUsage,
        priority(body),
        cacheSalt(body));
  }

  /** {@code tokenlane.priority}. */
  static int priority(Fields body) {
    return body.object("tokenlane")
        .map(own -> own.integer("priority", -1000, 1000).orElse(0))
        .orElse(0);
  }

  /** {@code cache_salt}, as vLLM has it, or {@code tokenlane.cache_salt}. */
  static String cacheSalt(Fields body) {
    return body.text("cache_salt")
        .or(() -> body.object("tokenlane").flatMap(own -> own.text("cache_salt")))
        .orElse("");
  }

  /** The sampling of the i-th answer: draws of its own, and repeatable where the request's are. */
  SamplingParams sampling(int choice) {
    Long seed = sampling.seed();
    return seed == null || choice == 0 ? sampling : seeded(sampling, seed + choice);
  }

  private static SamplingParams sampling(Fields body, int vocabularySize) {
    try {
      return new SamplingParams(
          body.number("temperature", 1, "0 to 2"),
          Math.max(0, body.integer("top_k", -1, Integer.MAX_VALUE).orElse(0)),
          body.number("top_p", 1, "> 0 to 1"),
          body.number("min_p", 0, "0 to 1"),
          body.number("frequency_penalty", 0, "-2 to 2"),
          body.number("presence_penalty", 0, "-2 to 2"),
          body.number("repetition_penalty", 1, "> 0"),
          logitBias(body, vocabularySize),
          seed(body));
    } catch (IllegalArgumentException e) {
      throw ApiException.refused(e);
    }
  }

  private static @Nullable Long seed(Fields body) {
    OptionalLong seed = body.wholeNumber("seed");
    return seed.isPresent() ? seed.getAsLong() : null;
  }

  private static Map<Integer, Float> logitBias(Fields body, int vocabularySize) {
    JsonNode value = body.value("logit_bias");
    if (value == null) {
      return Map.of();
    }
    Fields biases = Fields.of("logit_bias", value);
    Map<Integer, Float> result = new HashMap<>();
    for (String key : value.propertyNames()) {
      int id = tokenId(key, vocabularySize);
      result.put(id, biases.number(key, 0, "-100 to 100"));
    }
    return result;
  }

  private static int tokenId(String key, int vocabularySize) {
    try {
      int id = Integer.parseInt(key);
      if (id >= 0 && id < vocabularySize) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Refused below like a number that is no token.
    }
    throw ApiException.field("logit_bias", key, "token ids, 0 to " + (vocabularySize - 1));
  }

  private static SamplingParams seeded(SamplingParams from, long seed) {
    return new SamplingParams(
        from.temperature(),
        from.topK(),
        from.topP(),
        from.minP(),
        from.frequencyPenalty(),
        from.presencePenalty(),
        from.repetitionPenalty(),
        from.logitBias(),
        seed);
  }
}
