package io.tokenlane.node.openai;

import io.tokenlane.node.answer.PromptEncoder.Conversation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tool calls of earlier answers. OpenAI's API has their arguments as JSON in a text; chat templates
 * take them as the object that they are.
 */
final class EarlierCalls {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String CALLS = "tool_calls";
  private static final String FUNCTION = "function";
  private static final String ARGUMENTS = "arguments";

  private EarlierCalls() {}

  static List<Object> read(String path, Fields message) {
    JsonNode calls = message.required(CALLS, "an array of tool calls");
    if (!calls.isArray() || calls.isEmpty()) {
      throw ApiException.field(path + ".tool_calls", calls, "an array of at least one tool call");
    }
    List<Object> result = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      result.add(call(Fields.of(path + ".tool_calls[" + i + "]", calls.get(i))));
    }
    return result;
  }

  private static Map<String, Object> call(Fields call) {
    String type = call.text("type").orElse(FUNCTION);
    if (!type.equals(FUNCTION)) {
      throw ApiException.field(call.path("type"), type, "function, the only one there is");
    }
    Fields function =
        call.object(FUNCTION)
            .orElseThrow(() -> ApiException.field(call.path(FUNCTION), "missing", "an object"));
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("name", function.requiredText("name"));
    named.put(ARGUMENTS, arguments(function.requiredText(ARGUMENTS)));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("id", call.requiredText("id"));
    result.put("type", type);
    result.put(FUNCTION, named);
    return result;
  }

  /** As an object; what is none stays text. */
  private static Object arguments(String text) {
    try {
      JsonNode parsed = MAPPER.readTree(text);
      return parsed.isObject() ? PlainValues.map(parsed) : text;
    } catch (JacksonException e) {
      return text;
    }
  }

  static boolean areIn(Conversation conversation) {
    return conversation.messages().stream().anyMatch(message -> message.containsKey(CALLS));
  }

  /** The conversation with all arguments as text. */
  static Conversation asText(Conversation conversation) {
    List<Map<String, Object>> messages = new ArrayList<>();
    for (Map<String, Object> message : conversation.messages()) {
      Map<String, Object> changed = new LinkedHashMap<>(message);
      changed.computeIfPresent(CALLS, (key, calls) -> asText((List<?>) calls));
      messages.add(changed);
    }
    return conversation.with(messages);
  }

  private static List<Object> asText(List<?> calls) {
    return calls.stream().<Object>map(call -> asText((Map<?, ?>) call)).toList();
  }

  private static Map<Object, Object> asText(Map<?, ?> call) {
    Map<Object, Object> changed = new LinkedHashMap<>(call);
    changed.computeIfPresent(
        FUNCTION,
        (key, function) -> {
          Map<Object, Object> named = new LinkedHashMap<>((Map<?, ?>) function);
          named.computeIfPresent(
              ARGUMENTS,
              (name, value) -> value instanceof String ? value : MAPPER.writeValueAsString(value));
          return named;
        });
    return changed;
  }
}
