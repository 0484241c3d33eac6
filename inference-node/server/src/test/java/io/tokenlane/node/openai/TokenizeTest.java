package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

@ExtendWith(RunningNode.class)
class TokenizeTest {
  private final NodeClient node;

  TokenizeTest(NodeClient node) {
    this.node = node;
  }

  static List<Golden.Case> goldens() {
    return Golden.CASES;
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void tokenizesMessagesAndText(Golden.Case golden) {
    JsonNode messages = node.post("/tokenize", "{\"messages\": %s}".formatted(golden.messages()));
    JsonNode text = node.post("/tokenize", "{\"prompt\": %s}".formatted(quoted(golden.text())));
    for (JsonNode answer : new JsonNode[] {messages, text}) {
      assertThat(answer.get("tokens").valueStream().map(JsonNode::intValue))
          .isEqualTo(golden.ids());
      assertThat(answer.get("count").intValue()).isEqualTo(golden.ids().size());
      assertThat(answer.get("max_model_len").intValue()).isEqualTo(1024);
      assertThat(answer.get("token_strs").isNull()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void detokenizesToTheSameText(Golden.Case golden) {
    JsonNode answer = node.post("/detokenize", "{\"tokens\": %s}".formatted(golden.ids()));
    assertThat(answer.get("prompt").stringValue()).isEqualTo(golden.text());
  }

  @Test
  void givesTheTextOfEachTokenWhereAskedTo() {
    JsonNode answer =
        node.post("/tokenize", "{\"prompt\": \"The capital\", \"return_token_strs\": true}");
    assertThat(answer.get("token_strs").toString()).isEqualTo("[\"The\",\" capital\"]");
  }

  private static String quoted(String text) {
    return StringNode.valueOf(text).toString();
  }
}
