package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(RunningNode.class)
class ChatCompletionTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String FRANCE = Golden.ask("What is the capital of France?");
  private static final String SUM = Golden.ask("What is 7 + 5 - 3?");

  private static final Golden.Case STORY = Golden.CASES.get(1);

  private final NodeClient node;

  ChatCompletionTest(NodeClient node) {
    this.node = node;
  }

  /** All but the story, in which 8-bit weights take another turn (see {@link #tellsAStory}). */
  static List<Golden.Case> goldens() {
    return Golden.CASES.stream().filter(golden -> !golden.equals(STORY)).toList();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void answersAsTheReferenceDoes(Golden.Case golden) {
    JsonNode answer =
        node.post(
            PATH,
            "{\"temperature\": 0, \"max_tokens\": 64, \"messages\": %s}"
                .formatted(golden.messages()));
    assertThat(Golden.rejoined(answer.at("/choices/0/message"))).isEqualTo(golden.answer());
    assertThat(answer.at("/choices/0/finish_reason").stringValue())
        .isEqualTo(golden.ended() ? "stop" : "length");
    assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(golden.ids().size());
    assertThat(answer.at("/usage/completion_tokens").intValue())
        .isEqualTo(golden.greedyIds().size());
    assertThat(answer.at("/usage/total_tokens").intValue())
        .isEqualTo(golden.ids().size() + golden.greedyIds().size());
  }

  @Test
  void tellsAStory() {
    JsonNode answer =
        node.post(PATH, "{\"temperature\": 0, \"messages\": %s}".formatted(STORY.messages()));
    String same = "One day, Ada went to the meadow with Yara. Under a tree, Ada saw a shiny ";
    assertThat(STORY.answer()).startsWith(same);
    assertThat(answer.at("/choices/0/message/content").stringValue()).startsWith(same);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void streamsTheSameTokenByToken(Golden.Case golden) {
    List<JsonNode> events =
        node.stream(
            PATH,
            "{\"stream\": true, \"temperature\": 0, \"max_tokens\": 64, \"messages\": %s}"
                .formatted(golden.messages()));
    assertThat(events.getFirst().at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
    assertThat(events.getLast().at("/choices/0/finish_reason").stringValue())
        .isEqualTo(golden.ended() ? "stop" : "length");
    String content = text(events, "content");
    String reasoning = text(events, "reasoning_content");
    assertThat(Golden.rejoined(reasoning, content)).isEqualTo(golden.answer());
    assertThat(events).hasSizeGreaterThan(golden.greedyIds().size() / 2);
    assertThat(ids(events)).hasSize(1);
  }

  @Test
  void endsAStreamWithTheUsageWhereAskedTo() {
    List<JsonNode> events =
        node.stream(
            PATH,
            """
            {"stream": true, "stream_options": {"include_usage": true}, "temperature": 0,
             "messages": %s}
            """
                .formatted(FRANCE));
    JsonNode last = events.getLast();
    assertThat(last.get("choices").isEmpty()).isTrue();
    assertThat(last.at("/usage/prompt_tokens").intValue()).isEqualTo(15);
    assertThat(last.at("/usage/completion_tokens").intValue()).isEqualTo(8);
    assertThat(events.subList(0, events.size() - 1)).noneMatch(event -> event.has("usage"));
  }

  @Test
  void separatesReasoningFromContent() {
    JsonNode answer = node.post(PATH, "{\"temperature\": 0, \"messages\": %s}".formatted(SUM));
    JsonNode message = answer.at("/choices/0/message");
    assertThat(message.get("reasoning_content").stringValue()).contains("Step 1: 7 + 5 = 12.");
    assertThat(message.get("content").stringValue()).isEqualTo("9");
    int reasoning = answer.at("/usage/completion_tokens_details/reasoning_tokens").intValue();
    assertThat(reasoning).isPositive().isLessThan(answer.at("/usage/completion_tokens").intValue());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cutsAtStopTextsThatSpanTokens(boolean stream) {
    String body =
        "{\"temperature\": 0, \"stop\": [\"nowhere\", \"l of Fra\"], \"stream\": %s, \"messages\": %s}"
            .formatted(stream, FRANCE);
    if (stream) {
      List<JsonNode> events = node.stream(PATH, body);
      assertThat(text(events, "content")).isEqualTo("The capita");
      assertThat(events.getLast().at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
      assertThat(events.getLast().at("/choices/0/stop_reason").asString("")).isEqualTo("l of Fra");
    } else {
      JsonNode answer = node.post(PATH, body);
      assertThat(answer.at("/choices/0/message/content").stringValue()).isEqualTo("The capita");
      assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
      assertThat(answer.at("/choices/0/stop_reason").asString("")).isEqualTo("l of Fra");
      assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(4);
    }
  }

  @Test
  void givesSeveralAnswersAndCountsThePromptOnce() {
    JsonNode answer =
        node.post(PATH, "{\"temperature\": 0, \"n\": 2, \"messages\": %s}".formatted(FRANCE));
    assertThat(answer.get("choices").size()).isEqualTo(2);
    assertThat(answer.at("/choices/1/index").intValue()).isEqualTo(1);
    assertThat(answer.at("/choices/1/message/content").stringValue())
        .isEqualTo("The capital of France is Paris.");
    assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(15);
    assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(16);
  }

  @Test
  void drawsSeveralAnswersDifferentlyButRepeatably() {
    String body =
        "{\"temperature\": 1.8, \"seed\": 7, \"n\": 3, \"max_tokens\": 20, \"messages\": %s}"
            .formatted(FRANCE);
    List<String> first = contents(node.post(PATH, body));
    assertThat(new HashSet<>(first)).hasSizeGreaterThan(1);
    assertThat(contents(node.post(PATH, body))).isEqualTo(first);
  }

  @Test
  void tellsLogProbabilities() {
    JsonNode answer =
        node.post(
            PATH,
            """
            {"temperature": 0, "logprobs": true, "top_logprobs": 3, "messages": %s}
            """
                .formatted(FRANCE));
    JsonNode tokens = answer.at("/choices/0/logprobs/content");
    assertThat(tokens.size()).isEqualTo(7);
    JsonNode first = tokens.get(0);
    assertThat(first.get("token").stringValue()).isEqualTo("The");
    assertThat(first.get("logprob").doubleValue()).isBetween(-0.1, 0.0);
    assertThat(first.get("bytes").toString()).isEqualTo("[84,104,101]");
    assertThat(first.get("top_logprobs").size()).isEqualTo(3);
    assertThat(first.at("/top_logprobs/0/token").stringValue()).isEqualTo("The");
    assertThat(first.at("/top_logprobs/1/logprob").doubleValue())
        .isLessThan(first.get("logprob").doubleValue());
  }

  @Test
  void tellsLogProbabilitiesInAStreamForEveryTokenOfTheText() {
    List<JsonNode> events =
        node.stream(
            PATH,
            """
            {"stream": true, "temperature": 0, "logprobs": true, "messages": %s}
            """
                .formatted(FRANCE));
    String joined =
        events.stream()
            .flatMap(event -> event.at("/choices/0/logprobs/content").valueStream())
            .map(token -> token.get("token").stringValue())
            .collect(Collectors.joining());
    assertThat(joined).isEqualTo("The capital of France is Paris.");
  }

  @Test
  void takesContentInParts() {
    JsonNode answer =
        node.post(
            PATH,
            """
            {"temperature": 0, "messages": [{"role": "user", "content":
              [{"type": "text", "text": "What is the capital of France?"}]}]}
            """);
    assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(15);
  }

  @Test
  void goesOnAfterTheEndWhereAskedTo() {
    JsonNode answer =
        node.post(
            PATH,
            "{\"temperature\": 0, \"ignore_eos\": true, \"max_tokens\": 30, \"messages\": %s}"
                .formatted(FRANCE));
    assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(30);
    assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
  }

  @Test
  void biasForbidsAToken() {
    JsonNode answer =
        node.post(
            PATH,
            "{\"temperature\": 0, \"logit_bias\": {\"793\": -100}, \"messages\": %s}"
                .formatted(FRANCE));
    assertThat(answer.at("/choices/0/message/content").stringValue()).doesNotStartWith("The");
  }

  @Test
  void findsARepeatedPromptInItsCache() {
    String body =
        "{\"temperature\": 0, \"messages\": %s}".formatted(Golden.CASES.get(5).messages());
    node.post(PATH, body);
    JsonNode again = node.post(PATH, body);
    assertThat(again.at("/usage/prompt_tokens_details/cached_tokens").intValue())
        .isGreaterThanOrEqualTo(16);
  }

  @Test
  void takesParametersWithoutEffect() {
    JsonNode answer =
        node.post(
            PATH,
            """
            {"temperature": 0, "user": "u-1", "metadata": {"a": "b"}, "store": true, "absent": null,
             "tokenlane": {"priority": 5}, "model": "tokenlane-demo", "messages": %s}
            """
                .formatted(FRANCE));
    assertThat(answer.get("model").stringValue()).isEqualTo("tokenlane-demo");
  }

  private static List<String> contents(JsonNode answer) {
    return answer
        .get("choices")
        .valueStream()
        .map(choice -> choice.get("message").toString())
        .toList();
  }

  private static String text(List<JsonNode> events, String field) {
    return events.stream()
        .map(event -> event.at("/choices/0/delta/" + field).asString(""))
        .collect(Collectors.joining());
  }

  private static Set<String> ids(List<JsonNode> events) {
    return events.stream().map(event -> event.get("id").stringValue()).collect(Collectors.toSet());
  }
}
