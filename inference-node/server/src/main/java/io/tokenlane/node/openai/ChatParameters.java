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
      List.of("messages", "tools", "add_generation_prompt", "bos_token", "eos_token");

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

  /** What the client gives the chat template, its own arguments before the rest. */
  static Map<String, Object> templateVariables(Fields body, @Nullable JsonNode own) {
    Map<String, Object> variables = new HashMap<>();
    body.text("reasoning_effort")
        .ifPresent(
            effort -> {
              variables.put("reasoning_effort", effort);
              variables.put("enable_thinking", !effort.equals("none"));
            });
    if (own != null) {
      NOT_THE_TEMPLATES.stream().filter(own::has).forEach(name -> refuse(name, own));
      variables.putAll(PlainValues.map(own));
    }
    return variables;
  }

  private static void refuse(String name, JsonNode own) {
    throw ApiException.field(
        "chat_template_kwargs." + name,
        own.get(name),
        "absent: the body's own fields and the model say it");
  }
}
