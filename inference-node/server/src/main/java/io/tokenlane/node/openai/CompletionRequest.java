package io.tokenlane.node.openai;

import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.answer.PromptEncoder;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * The body of {@code POST /v1/completions}.
 *
 * @param prompts at least one
 * @param echoes what the answers to each prompt begin with; empty texts unless asked for
 */
record CompletionRequest(List<Prompt> prompts, List<String> echoes, GenerationOptions options) {
  /** What OpenAI's API generates where the request does not say. */
  static final int DEFAULT_MAX_TOKENS = 16;

  private static final Set<String> HONOURED =
      Set.of("prompt", "max_tokens", "logprobs", "echo", "suffix", "add_special_tokens", "best_of");
  private static final Map<String, String> REFUSED = Map.of();
  private static final int MAX_PROMPTS = 256;
  private static final String EXPECTED =
      "a string, an array of strings, of token ids, or of arrays of token ids";

  static CompletionRequest read(Fields body, PromptEncoder encoder) {
    CommonParameters.check(body, HONOURED, REFUSED);
    int vocabularySize = encoder.tokenizer().vocabularySize();
    boolean echo = body.flag("echo", false);
    OptionalInt logprobs = body.integer("logprobs", 0, GenerationOptions.MAX_TOP_LOGPROBS);
    if (echo && logprobs.isPresent()) {
      throw ApiException.field("logprobs", logprobs.getAsInt(), "absent where echo is true");
    }
    body.text("suffix")
        .filter(suffix -> !suffix.isEmpty())
        .ifPresent(
            suffix -> {
              throw ApiException.field("suffix", suffix, "absent: no model here fills in a middle");
            });
    OptionalInt maxTokens = body.integer("max_tokens", 1, Integer.MAX_VALUE);
    List<Place> places = places(body);
    int choices = body.integer("n", 1, Integer.MAX_VALUE).orElse(1);
    int drawn = body.integer("best_of", 1, Integer.MAX_VALUE).orElse(choices);
    if (drawn != choices) {
      throw ApiException.field("best_of", drawn, "n, " + choices + ": all answers are sent");
    }
    boolean begin = body.flag("add_special_tokens", true);
    return new CompletionRequest(
        places.stream().map(place -> prompt(place, begin, encoder)).toList(),
        places.stream().map(place -> echo ? place.text(encoder) : "").toList(),
        GenerationOptions.read(body, maxTokens, logprobs.orElse(-1), vocabularySize));
  }

  private static List<Place> places(Fields body) {
    JsonNode value = body.required("prompt", EXPECTED);
    if (!value.isArray() || value.isEmpty() || value.get(0).isNumber()) {
      return List.of(new Place("prompt", value));
    }
    if (value.size() > MAX_PROMPTS) {
      throw ApiException.field("prompt", value.size() + " prompts", "at most " + MAX_PROMPTS);
    }
    return IntStream.range(0, value.size())
        .mapToObj(i -> new Place("prompt[" + i + "]", value.get(i)))
        .toList();
  }

  private static Prompt prompt(Place place, boolean begin, PromptEncoder encoder) {
    JsonNode node = place.node();
    Prompt prompt =
        switch (node.getNodeType()) {
          case STRING -> encoder.raw(node.stringValue(), begin);
          case ARRAY ->
              new Prompt(
                  TokenIds.read(place.path(), node, encoder.tokenizer().vocabularySize()), false);
          default -> throw ApiException.field(place.path(), node, EXPECTED);
        };
    if (prompt.tokens().length == 0) {
      throw ApiException.field(place.path(), node, "at least one token");
    }
    return prompt;
  }

  /** A prompt as the body has it. */
  private record Place(String path, JsonNode node) {
    String text(PromptEncoder encoder) {
      return node.isString()
          ? node.stringValue()
          : new TokenText(encoder.tokenizer())
              .text(TokenIds.read(path, node, encoder.tokenizer().vocabularySize()));
    }
  }
}
