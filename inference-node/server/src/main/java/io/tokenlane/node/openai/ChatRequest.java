package io.tokenlane.node.openai;

import io.tokenlane.node.answer.PromptEncoder.Conversation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The body of {@code POST /v1/chat/completions}.
 *
 * @param functions whether the client spoke of functions, the older word for tools
 */
record ChatRequest(
    Conversation conversation,
    GenerationOptions options,
    OutputConstraint output,
    boolean functions) {

  static ChatRequest read(Fields given, int vocabularySize) {
    Fields body = OldFunctions.asTools(given);
    ChatParameters.check(body);
    OutputConstraint output = OutputConstraint.read(body);
    return new ChatRequest(
        ofTools(body, true),
        GenerationOptions.read(body, maxTokens(body), topLogprobs(body), vocabularySize),
        output,
        OldFunctions.areIn(given));
  }

  /**
   * The conversation.
   *
   * @param modelsTurn whether it ends with the model's turn, unless the body says otherwise
   */
  static Conversation conversation(Fields body, boolean modelsTurn) {
    return ofTools(OldFunctions.asTools(body), modelsTurn);
  }

  private static Conversation ofTools(Fields body, boolean otherwise) {
    boolean modelsTurn = body.flag("add_generation_prompt", otherwise);
    JsonNode variables = body.value("chat_template_kwargs");
    if (variables != null) {
      Fields.of("chat_template_kwargs", variables);
    }
    return new Conversation(
        ChatMessages.read(body),
        tools(body),
        ChatParameters.templateVariables(body, variables, modelsTurn),
        modelsTurn);
  }

  private static @Nullable List<Object> tools(Fields body) {
    JsonNode tools = body.value("tools");
    if (tools == null || tools.isEmpty()) {
      return null;
    }
    if (!tools.isArray()) {
      throw ApiException.field("tools", tools, "an array");
    }
    JsonNode choice = body.value("tool_choice");
    if (choice != null && choice.asString("").equals("none")) {
      return null;
    }
    List<Object> plain = PlainValues.list(tools);
    plain.forEach(ChatRequest::dropLeftOut);
    return plain;
  }

  /** Clients write null for what they leave out of a tool; nulls in its parameters mean null. */
  private static void dropLeftOut(Object tool) {
    if (tool instanceof Map<?, ?> fields) {
      fields.values().removeIf(Objects::isNull);
      if (fields.get("function") instanceof Map<?, ?> function) {
        function.values().removeIf(Objects::isNull);
      }
    }
  }

  private static OptionalInt maxTokens(Fields body) {
    OptionalInt current = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    OptionalInt old = body.integer("max_tokens", 1, Integer.MAX_VALUE);
    return current.isPresent() ? current : old;
  }

  private static int topLogprobs(Fields body) {
    boolean wanted = body.flag("logprobs", false);
    OptionalInt top = body.integer("top_logprobs", 0, GenerationOptions.MAX_TOP_LOGPROBS);
    if (top.orElse(0) > 0 && !wanted) {
      throw ApiException.field("top_logprobs", top.getAsInt(), "0, unless logprobs is true");
    }
    return wanted ? top.orElse(0) : -1;
  }
}
