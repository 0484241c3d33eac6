package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(RunningNode.class)
class CompletionTest {
  private static final String PATH = "/v1/completions";
  private static final String TEXT =
      "\"<|im_start|>user\\nWhat is the capital of France?<|im_end|>\\n<|im_start|>assistant\\n\"";
  private static final String IDS = Golden.CASES.getFirst().ids().toString();
  private static final String PARIS = "The capital of France is Paris.";

  private final NodeClient node;

  CompletionTest(NodeClient node) {
    this.node = node;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          text   | %1$s         | 1
          texts  | [%1$s, %1$s] | 2
          ids    | %2$s         | 1
          idLists| [%2$s, %2$s] | 2
          """)
  void takesEveryFormOfPrompt(String form, String template, int prompts) {
    String prompt = template.formatted(TEXT, IDS);
    JsonNode answer = node.post(PATH, "{\"temperature\": 0, \"prompt\": %s}".formatted(prompt));
    assertThat(answer.get("object").stringValue()).isEqualTo("text_completion");
    assertThat(answer.get("choices").size()).as(form).isEqualTo(prompts);
    for (int i = 0; i < prompts; i++) {
      assertThat(answer.at("/choices/" + i + "/text").stringValue()).isEqualTo(PARIS);
      assertThat(answer.at("/choices/" + i + "/index").intValue()).isEqualTo(i);
    }
    assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(15 * prompts);
  }

  @Test
  void endsAfterSixteenTokensUnlessToldOtherwise() {
    JsonNode answer =
        node.post(
            PATH,
            "{\"temperature\": 0, \"prompt\": %s}".formatted(Golden.CASES.get(1).ids().toString()));
    assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(16);
    assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
  }

  @Test
  void leavesReasoningInTheText() {
    JsonNode answer =
        node.post(
            PATH,
            "{\"temperature\": 0, \"prompt\": %s}".formatted(Golden.CASES.get(2).ids().toString()));
    assertThat(answer.at("/choices/0/text").stringValue()).startsWith("<think>\nStep 1");
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void echoesThePrompt(boolean stream) {
    String body =
        "{\"temperature\": 0, \"echo\": true, \"n\": 2, \"stream\": %s, \"prompt\": %s}"
            .formatted(stream, IDS);
    String expected = Golden.CASES.getFirst().text() + PARIS;
    if (stream) {
      List<JsonNode> events = node.stream(PATH, body);
      assertThat(text(events, 0)).isEqualTo(expected);
      assertThat(text(events, 1)).isEqualTo(expected);
    } else {
      assertThat(node.post(PATH, body).at("/choices/1/text").stringValue()).isEqualTo(expected);
    }
  }

  @Test
  void tellsLogProbabilitiesInItsOwnShape() {
    JsonNode answer =
        node.post(PATH, "{\"temperature\": 0, \"logprobs\": 2, \"prompt\": %s}".formatted(TEXT));
    JsonNode logprobs = answer.at("/choices/0/logprobs");
    assertThat(logprobs.get("tokens").toString())
        .isEqualTo("[\"The\",\" capital\",\" of\",\" France\",\" is\",\" Paris\",\".\"]");
    assertThat(logprobs.get("text_offset").toString()).isEqualTo("[0,3,11,14,21,24,30]");
    assertThat(logprobs.get("token_logprobs").size()).isEqualTo(7);
    assertThat(logprobs.at("/top_logprobs/0").size()).isEqualTo(2);
    assertThat(logprobs.at("/top_logprobs/0").has("The")).isTrue();
  }

  @Test
  void leavesOutLogProbabilitiesOfTheStopText() {
    JsonNode answer =
        node.post(
            PATH,
            "{\"temperature\": 0, \"logprobs\": 0, \"stop\": \" France\", \"prompt\": %s}"
                .formatted(TEXT));
    assertThat(answer.at("/choices/0/text").stringValue()).isEqualTo("The capital of");
    assertThat(answer.at("/choices/0/logprobs/tokens").toString())
        .isEqualTo("[\"The\",\" capital\",\" of\"]");
  }

  private static String text(List<JsonNode> events, int choice) {
    return events.stream()
        .flatMap(event -> event.get("choices").valueStream())
        .filter(part -> part.get("index").intValue() == choice)
        .map(part -> part.get("text").stringValue())
        .collect(Collectors.joining());
  }
}
