package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Demand.Prompt;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.InferenceCall;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class PromptShapeTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String LONG = "You are a helpful assistant. ".repeat(50);

  private static Prompt chat(String... texts) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode messages = body.putArray("messages");
    List.of(texts).forEach(text -> messages.addObject().put("content", text));
    return shape(body).prompt();
  }

  private static PromptShape shape(ObjectNode body) {
    return PromptShape.of(new InferenceCall(CallKind.CHAT, ByteBuffer.allocate(0), body, false));
  }

  @Test
  void callsOfOneLongSystemPromptBeginAlike() {
    Prompt one = chat(LONG, "What is a lease?");
    Prompt other = chat(LONG, "And a step?");
    assertThat(one.prefix()).isEqualTo(other.prefix()).isNotZero();
    assertThat(one.sharedTokens()).isEqualTo(LONG.length() / 4);
    assertThat(one.ownTokens()).isEqualTo(1 + 16 / 4);
  }

  @Test
  void theTurnsOfAConversationBeginAlike() {
    Prompt first = chat("Be brief.", "Who wrote Faust?");
    Prompt second = chat("Be brief.", "Who wrote Faust?", "Goethe.", "When?");
    assertThat(first.prefix()).isEqualTo(second.prefix());
    assertThat(chat("Be brief.", "Who wrote Emma?").prefix()).isNotEqualTo(first.prefix());
  }

  @Test
  void partsOfTextCountAndABodyWithoutPromptSaysNothing() {
    ObjectNode body = JSON.createObjectNode();
    body.putArray("messages").addObject().putArray("content").addObject().put("text", "12345678");
    InferenceCall call = new InferenceCall(CallKind.CHAT, ByteBuffer.allocate(0), body, false);
    assertThat(PromptShape.of(call).prompt().ownTokens()).isEqualTo(3);
    InferenceCall none =
        new InferenceCall(CallKind.CHAT, ByteBuffer.allocate(0), JSON.createObjectNode(), false);
    assertThat(PromptShape.of(none).prompt()).isEqualTo(Prompt.NONE);
  }
}
