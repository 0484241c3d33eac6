package io.tokenlane.node.openai;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The parameters of OpenAI's chat completions: which are honoured, which are checked and have no
 * effect here, which are refused. The table is in docs/node.md.
 */
final class ChatParameters {
  private static final Set<String> HONOURED =
      Set.of(
          "messages",
          "reasoning_effort",
          "response_format",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "max_completion_tokens",
          "max_tokens",
          "logprobs",
          "top_logprobs",
          "chat_template_kwargs",
          "add_generation_prompt",
          "add_special_tokens");

  /** What a text model cannot do; each with what is expected in its place. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "audio", "absent: the model gives text",
          "web_search_options", "absent: the model searches nothing");

  /** What a template is given by the body's own fields, or by the model. */
  private static final List<String> NOT_THE_TEMPLATES =
      List.of("messages", "tools", "bos_token", "eos_token");

  /** What vLLM's clients say there as well; taken where it says what the body says. */
  private static final String MODELS_TURN = "add_generation_prompt";

  private static final String GOING_ON = "continue_final_message";

  private static final List<String> EFFORTS =
      List.of("none", "minimal", "low", "medium", "high", "xhigh");

  private ChatParameters() {}

  /** Refuses what is unknown, malformed or cannot be done. */
  static void check(Fields body) {
    CommonParameters.check(body, HONOURED, REFUSED);
    body.flag("add_special_tokens", false);
    body.choice("reasoning_effort", EFFORTS);
    body.choice("verbosity", List.of("low", "medium", "high"));
    body.object("prediction")
        .ifPresent(prediction -> prediction.choice("type", List.of("content")));
    JsonNode modalities = body.value("modalities");
    if (modalities != null && !modalities.toString().equals("[\"text\"]")) {
      throw ApiException.field("modalities", modalities, "[\"text\"]");
    }
  }

  /**
   * What the client gives the chat template, its own arguments before the rest.
   *
   * @param modelsTurn whether the conversation ends with the model's turn
   */
  static Map<String, Object> templateVariables(
      Fields body, @Nullable JsonNode own, boolean modelsTurn) {
    Map<String, Object> variables = new HashMap<>();
    body.text("reasoning_effort")
        .ifPresent(
            effort -> {
              variables.put("reasoning_effort", effort);
              variables.put("enable_thinking", !effort.equals("none"));
            });
    if (own != null) {
      variables.putAll(PlainValues.map(own));
      NOT_THE_TEMPLATES.stream()
          .filter(own::has)
          .forEach(name -> refuse(name, own, "absent: the body's own fields and the model say it"));
      takeNothingBut(modelsTurn, MODELS_TURN, own, "as the body's own field says");
      takeNothingBut(false, GOING_ON, own, "a message is never gone on with");
      variables.keySet().removeAll(List.of(MODELS_TURN, GOING_ON));
    }
    return variables;
  }

  private static void takeNothingBut(boolean value, String name, JsonNode own, String why) {
    JsonNode given = own.path(name);
    if (!given.isMissingNode() && !(given.isBoolean() && given.booleanValue() == value)) {
      refuse(name, own, value + ", or absent: " + why);
    }
  }

  private static void refuse(String name, JsonNode own, String expected) {
    throw ApiException.field("chat_template_kwargs." + name, own.get(name), expected);
  }
}
