package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Limits of the reasoning, as a client asks for them. */
@ExtendWith(RunningNode.class)
class ReasoningTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String SUM = Golden.ask("What is 7 + 5 - 3?");
  private static final String STEPS = "Step 1: 7 + 5 = 12.\nStep 2: 12 - 3 = 9.\n";

  private final NodeClient node;

  ReasoningTest(NodeClient node) {
    this.node = node;
  }

  private static String body(String reasoning) {
    return """
        {"temperature": 0, "messages": %s, "tokenlane": {"reasoning": %s}}"""
        .formatted(SUM, reasoning);
  }

  @Test
  void tellsWhyThinkingEnded() {
    JsonNode answer = node.post(PATH, body("{\"stop\": \"confident\", \"threshold\": 0.3}"));
    JsonNode choice = answer.at("/choices/0");
    assertThat(choice.at("/message/content").stringValue()).isEqualTo("9");
    assertThat(choice.at("/message/reasoning_content").stringValue()).contains(STEPS);
    assertThat(choice.at("/finish_reason").stringValue()).isEqualTo("stop");
    JsonNode reasoning = choice.at("/tokenlane/reasoning");
    assertThat(reasoning.at("/ended").stringValue()).isEqualTo("confident");
    assertThat(reasoning.at("/steps").intValue()).isEqualTo(2);
    assertThat(reasoning.at("/trials").intValue()).isPositive();
    int counted = answer.at("/usage/completion_tokens_details/reasoning_tokens").intValue();
    assertThat(counted).isEqualTo(reasoning.at("/tokens").intValue()).isLessThan(50);
    JsonNode told = node.get("/load").at("/named_metrics");
    assertThat(told.at("/reasoning_cut_share").doubleValue()).isPositive().isLessThanOrEqualTo(1);
    assertThat(told.at("/mean_reasoning_tokens").doubleValue()).isPositive();
  }

  @Test
  void aStreamTellsItAtItsEnd() {
    String streamed = body("{\"max_tokens\": 30}").replaceFirst("\\{", "{\"stream\": true, ");
    List<JsonNode> events = node.stream(PATH, streamed);
    String chain =
        events.stream()
            .map(event -> event.at("/choices/0/delta/reasoning_content").asString(""))
            .reduce("", String::concat);
    assertThat(chain.strip()).isEqualTo("Step 1: 7 + 5 = 12.");
    JsonNode last = events.getLast().at("/choices/0");
    assertThat(last.at("/finish_reason").stringValue()).isEqualTo("stop");
    assertThat(last.at("/tokenlane/reasoning/ended").stringValue()).isEqualTo("max_tokens");
    assertThat(last.at("/tokenlane/reasoning/dropped_tokens").intValue()).isPositive();
    assertThat(events.stream().filter(event -> event.at("/choices/0").has("tokenlane"))).hasSize(1);
  }

  @Test
  void plainAnswersSayNothingOfIt() {
    JsonNode answer = node.post(PATH, "{\"temperature\": 0, \"messages\": %s}".formatted(SUM));
    assertThat(answer.at("/choices/0").has("tokenlane")).isFalse();
  }

  @Test
  void metersCountIt() {
    node.post(PATH, body("{\"max_steps\": 1}"));
    assertThat(Metrics.value(node, "tokenlane_node_reasoning_ended_total", "max_steps"))
        .isPositive();
    assertThat(Metrics.value(node, "tokenlane_node_reasoning_steps_total", "")).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"max_steps": -1}                  | tokenlane.reasoning.max_steps: -1 (expected: a whole number, 0 to 1000000)
          {"max_tokens": "many"}             | tokenlane.reasoning.max_tokens: "many" (expected: a whole number, 0 to 1000000)
          {"min_steps": 3, "max_steps": 2}   | tokenlane.reasoning.min_steps: 3 (expected: at most max_steps, 2)
          {"stop": "soon"}                   | tokenlane.reasoning.stop: "soon" (expected: off, converged, confident)
          {"stop": "confident", "threshold": 1.5} | tokenlane.reasoning.threshold: 1.5 (expected: 0 to 1)
          {"patience": 0}                    | tokenlane.reasoning.patience: 0 (expected: a whole number, 1 to 100)
          {"limit": 3}                       | Unrecognized request argument supplied: tokenlane.reasoning.limit
          7                                  | tokenlane.reasoning: 7 (expected: an object)
          """)
  void refusesWhatMakesNoSense(String reasoning, String message) {
    HttpResponse<String> response = node.send("POST", PATH, body(reasoning));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(NodeClient.parse(response.body()).at("/error/message").stringValue())
        .isEqualTo(message);
  }

  @Test
  void refusesUnknownExtensions() {
    HttpResponse<String> response =
        node.send("POST", PATH, body("{}").replace("\"reasoning\"", "\"resoning\""));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("tokenlane.resoning");
  }
}
