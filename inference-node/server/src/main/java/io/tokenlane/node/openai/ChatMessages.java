package io.tokenlane.node.openai;

import io.tokenlane.node.answer.PromptEncoder.Conversation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Reads the messages of a conversation into the plain values that chat templates take. */
final class ChatMessages {
  private static final Set<String> ROLES =
      new TreeSet<>(Set.of("system", "developer", "user", "assistant", "tool", "function"));
  private static final String CONTENT = "a string or an array of parts";

  private ChatMessages() {}

  static List<Map<String, Object>> read(Fields body) {
    JsonNode messages = body.required("messages", "an array of messages");
    if (!messages.isArray() || messages.isEmpty()) {
      throw ApiException.field("messages", messages, "an array of at least one message");
    }
    List<Map<String, Object>> result = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      result.add(message("messages[" + i + "]", messages.get(i)));
    }
    return result;
  }

  private static Map<String, Object> message(String path, JsonNode node) {
    Fields fields = Fields.of(path, node);
    Map<String, Object> message = new LinkedHashMap<>(PlainValues.map(node));
    message.values().removeIf(Objects::isNull);
    JsonNode role = fields.required("role", "one of " + String.join(", ", ROLES));
    if (!role.isString() || !ROLES.contains(role.stringValue())) {
      throw ApiException.field(path + ".role", role, "one of " + String.join(", ", ROLES));
    }
    message.put("content", content(path, fields, role.stringValue()));
    if (role.stringValue().equals("tool")) {
      fields.requiredText("tool_call_id");
    }
    if (role.stringValue().equals("assistant") && fields.value("tool_calls") != null) {
      message.put("tool_calls", EarlierCalls.read(path, fields));
    } else {
      message.remove("tool_calls");
    }
    return message;
  }

  /** The conversation for templates that know no developers: those speak as the system. */
  static Conversation withoutDevelopers(Conversation conversation) {
    List<Map<String, Object>> messages = new ArrayList<>();
    for (Map<String, Object> message : conversation.messages()) {
      Map<String, Object> changed = new LinkedHashMap<>(message);
      changed.computeIfPresent("role", (key, role) -> role.equals("developer") ? "system" : role);
      messages.add(changed);
    }
    return conversation.with(messages);
  }

  private static String content(String path, Fields message, String role) {
    JsonNode content = message.value("content");
    if (content == null && role.equals("assistant")) {
      return "";
    }
    if (content == null) {
      throw ApiException.field(path + ".content", "missing", CONTENT);
    }
    return switch (content.getNodeType()) {
      case STRING -> content.stringValue();
      case ARRAY -> parts(path + ".content", content);
      default -> throw ApiException.field(path + ".content", content, CONTENT);
    };
  }

  private static String parts(String path, JsonNode parts) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Fields part = Fields.of(path + "[" + i + "]", parts.get(i));
      String type = part.text("type").orElse("missing");
      if (type.equals("refusal")) {
        texts.add(part.requiredText("refusal"));
        continue;
      }
      if (!type.equals("text")) {
        throw ApiException.field(part.path("type"), type, "text");
      }
      String text = part.path("text");
      texts.add(
          part.text("text").orElseThrow(() -> ApiException.field(text, "missing", "a string")));
    }
    return String.join("\n", texts);
  }
}
