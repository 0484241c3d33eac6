package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.node.answer.PromptEncoder.Conversation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What of a request comes to the chat template. */
class ChatRequestTest {
  private static final String BODY =
      """
      {"messages": [
         {"role": "user", "content": "x", "name": null},
         {"role": "assistant", "content": null, "refusal": null, "tool_calls": [
            {"id": "call00001", "type": "function", "function": {"name": "f",
             "arguments": "{\\"z\\": null, \\"a\\": 123456789012345678901, \\"m\\": [null, 1.5]}"}}]},
         {"role": "tool", "tool_call_id": "call00001", "content": "y"}],
       "tools": [{"type": "function", "strict": null, "function": {"name": "f", "description": null,
         "parameters": {"properties": {"z": {"default": null, "enum": ["a", null]}}}}}],
       "chat_template_kwargs": {"documents": null}}\
      """;

  private final Conversation conversation = conversation(BODY, true);

  private static Conversation conversation(String body, boolean modelsTurn) {
    return ChatRequest.conversation(Fields.of(JsonMapper.shared().readTree(body)), modelsTurn);
  }

  @Test
  void argumentsOfEarlierCallsAreAsTheyWereWritten() {
    Map<String, Object> call = conversation.messages().get(1);
    assertThat(call).containsOnlyKeys("role", "content", "tool_calls");
    assertThat(String.valueOf(call.get("tool_calls")))
        .contains("arguments={z=null, a=123456789012345678901, m=[null, 1.5]}");
    assertThat(conversation.messages().getFirst()).containsOnlyKeys("role", "content");
  }

  @Test
  void nullsInsideAToolsParametersStay() {
    assertThat(String.valueOf(conversation.tools()))
        .isEqualTo(
            List.of(
                    "{type=function, function={name=f, parameters="
                        + "{properties={z={default=null, enum=[a, null]}}}}}")
                .toString());
  }

  @Test
  void argumentsOfTheTemplateMayBeNull() {
    assertThat(conversation.variables()).containsEntry("documents", null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"messages", "tools", "bos_token", "eos_token"})
  void argumentsOfTheTemplateAreNothingThatHasAnotherPlace(String name) {
    String body = BODY.replace("\"documents\": null", "\"" + name + "\": \"x\"");
    assertThatThrownBy(() -> conversation(body, true))
        .isInstanceOf(ApiException.class)
        .hasMessageStartingWith("chat_template_kwargs." + name + ": \"x\" (expected: absent");
  }

  /** vLLM's clients say them there; a message is never gone on with. */
  @ParameterizedTest
  @CsvSource({
    "true, '', add_generation_prompt, true",
    "false, '', add_generation_prompt, false",
    "true, '\"add_generation_prompt\": false,', add_generation_prompt, false",
    "true, '', continue_final_message, false",
  })
  void argumentsThatSayWhatTheBodySaysAreTaken(
      boolean modelsTurn, String field, String name, boolean said) {
    Conversation taken = conversation(saying(field, name, said), modelsTurn);
    assertThat(taken.variables()).isEmpty();
    assertThat(taken.addGenerationPrompt()).isEqualTo(modelsTurn && field.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "true, '', add_generation_prompt, false",
    "false, '', add_generation_prompt, true",
    "true, '\"add_generation_prompt\": false,', add_generation_prompt, true",
    "true, '', add_generation_prompt, null",
    "true, '', add_generation_prompt, 1",
    "true, '', continue_final_message, true",
  })
  void argumentsThatSayOtherwiseAreRefused(
      boolean modelsTurn, String field, String name, String said) {
    boolean right = !name.startsWith("continue") && modelsTurn && field.isEmpty();
    assertThatThrownBy(() -> conversation(saying(field, name, said), modelsTurn))
        .isInstanceOf(ApiException.class)
        .hasMessageStartingWith(
            "chat_template_kwargs.%s: %s (expected: %s, or absent: ".formatted(name, said, right));
  }

  private static String saying(String field, String name, Object said) {
    return "{"
        + field
        + "\"messages\": [{\"role\": \"user\", \"content\": \"x\"}],"
        + "\"chat_template_kwargs\": {\"%s\": %s}}".formatted(name, said);
  }
}
