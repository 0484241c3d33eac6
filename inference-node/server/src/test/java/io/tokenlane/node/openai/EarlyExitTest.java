package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Tokens that leave the model early, as a client asks for them. */
@ExtendWith(RunningNode.class)
class EarlyExitTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String SUM = Golden.ask("What is 7 + 5 - 3?");

  private final NodeClient node;

  EarlyExitTest(NodeClient node) {
    this.node = node;
  }

  private static String body(String earlyExit) {
    return """
        {"temperature": 0, "messages": %s, "tokenlane": {"early_exit": %s}}"""
        .formatted(SUM, earlyExit);
  }

  private JsonNode ask(String earlyExit) {
    return node.post(PATH, body(earlyExit));
  }

  @Test
  void usageTellsHowDeepTokensWent() {
    JsonNode answer = ask("{\"mode\": \"threshold\"}");
    assertThat(answer.at("/choices/0/message/content").stringValue()).isEqualTo("9");
    JsonNode usage = answer.at("/usage/tokenlane");
    assertThat(usage.at("/mean_layers").doubleValue()).isBetween(3.0, 6.0);
    assertThat(usage.at("/early_exit_tokens").intValue()).isPositive();
    assertThat(Metrics.value(node, "tokenlane_node_early_exit_tokens_total")).isPositive();
    JsonNode told = node.get("/load").at("/named_metrics");
    assertThat(told.at("/mean_layers").doubleValue()).isBetween(3.0, 8.0);
    assertThat(told.at("/early_exit_share").doubleValue()).isPositive().isLessThan(1);
  }

  @Test
  void exactSaysTheSame() {
    JsonNode plain = node.post(PATH, "{\"temperature\": 0, \"messages\": %s}".formatted(SUM));
    JsonNode exact = ask("{\"mode\": \"exact\"}");
    assertThat(exact.at("/choices/0/message")).isEqualTo(plain.at("/choices/0/message"));
    assertThat(exact.at("/usage/completion_tokens"))
        .isEqualTo(plain.at("/usage/completion_tokens"));
    assertThat(exact.at("/usage/tokenlane/accepted_draft_tokens").intValue()).isPositive();
    assertThat(plain.at("/usage").has("tokenlane")).isFalse();
  }

  @Test
  void worksBesideLimitsOfTheReasoning() {
    String both =
        body("{\"mode\": \"exact\"}, \"reasoning\": {\"stop\": \"confident\", \"max_tokens\": 60}");
    String alone = body("{}, \"reasoning\": {\"stop\": \"confident\", \"max_tokens\": 60}");
    JsonNode drafted = node.post(PATH, both).at("/choices");
    assertThat(drafted).isEqualTo(node.post(PATH, alone).at("/choices"));
    assertThat(drafted.at("/0/tokenlane/reasoning/ended").stringValue()).isEqualTo("confident");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"mode": "fast"}                    | tokenlane.early_exit.mode: "fast" (expected: off, threshold, exact)
          {"mode": "threshold", "threshold": 2} | tokenlane.early_exit.threshold: 2.0 (expected: 0 to 1)
          {"mode": "exact", "min_layer": 8}   | tokenlane.early_exit.min_layer: 8 (expected: 1 to 7, fewer than the model's layers)
          {"mode": "exact", "min_layer": 0}   | tokenlane.early_exit.min_layer: 0 (expected: a whole number, 1 to 10000)
          {"mode": "threshold", "patience": 0} | tokenlane.early_exit.patience: 0 (expected: a whole number, 1 to 100)
          {"layers": 3}                       | Unrecognized request argument supplied: tokenlane.early_exit.layers
          "on"                                | tokenlane.early_exit: "on" (expected: an object)
          """)
  void refusesWhatMakesNoSense(String earlyExit, String message) {
    HttpResponse<String> response = node.send("POST", PATH, body(earlyExit));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(NodeClient.parse(response.body()).at("/error/message").stringValue())
        .isEqualTo(message);
  }
}
