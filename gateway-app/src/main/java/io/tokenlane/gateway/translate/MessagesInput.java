package io.tokenlane.gateway.translate;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a request by Anthropic's interface says to the model: messages and tools. */
final class MessagesInput {
  private MessagesInput() {}

  static void messages(JsonNode theirs, ArrayNode ours) {
    if (!theirs.isArray() || theirs.isEmpty()) {
      throw Json.refused("messages", theirs, "at least one message");
    }
    for (int i = 0; i < theirs.size(); i++) {
      message("messages[" + i + "]", theirs.get(i), ours);
    }
  }

  private static void message(String where, JsonNode message, ArrayNode ours) {
    String role = Json.text(message, "role");
    JsonNode content = message.path("content");
    if (!role.equals("user") && !role.equals("assistant")) {
      throw Json.refused(where + ".role", message.path("role"), "user or assistant");
    }
    if (content.isString()) {
      ours.add(Json.object("role", role, "content", content));
    } else if (!content.isArray()) {
      throw Json.refused(where + ".content", content, "a text or a list of blocks");
    } else if (role.equals("user")) {
      user(where, content, ours);
    } else {
      assistant(where, content, ours);
    }
  }

  /** Results of tools are messages of their own; what stands between them stays between them. */
  private static void user(String where, JsonNode blocks, ArrayNode ours) {
    ArrayNode parts = Json.array();
    for (int i = 0; i < blocks.size(); i++) {
      JsonNode block = blocks.get(i);
      String place = where + ".content[" + i + "]";
      switch (Json.text(block, "type")) {
        case "text" -> parts.add(Json.object("type", "text", "text", Json.text(block, "text")));
        case "image" -> parts.add(image(place, block.path("source")));
        case "tool_result" -> {
          flush(parts, ours);
          ours.add(toolResult(place, block));
        }
        default ->
            throw Json.refused(place + ".type", block.path("type"), "text, image, tool_result");
      }
    }
    flush(parts, ours);
  }

  private static void flush(ArrayNode parts, ArrayNode ours) {
    if (!parts.isEmpty()) {
      boolean plain = parts.size() == 1 && Json.text(parts.get(0), "type").equals("text");
      ours.add(
          Json.object(
              "role", "user", "content", plain ? parts.get(0).get("text") : parts.deepCopy()));
      parts.removeAll();
    }
  }

  private static ObjectNode image(String place, JsonNode source) {
    String url =
        switch (Json.text(source, "type")) {
          case "url" -> Json.text(source, "url");
          case "base64" ->
              "data:" + Json.text(source, "media_type") + ";base64," + Json.text(source, "data");
          default ->
              throw Json.refused(place + ".source.type", source.path("type"), "base64 or url");
        };
    return Json.object("type", "image_url", "image_url", Json.object("url", url));
  }

  private static ObjectNode toolResult(String place, JsonNode block) {
    JsonNode content = block.path("content");
    return Json.object(
        "role",
        "tool",
        "tool_call_id",
        Json.text(block, "tool_use_id"),
        "content",
        content.isString() ? content.asString() : texts(place + ".content", content));
  }

  private static void assistant(String where, JsonNode blocks, ArrayNode ours) {
    StringBuilder text = new StringBuilder();
    StringBuilder thinking = new StringBuilder();
    ArrayNode calls = Json.array();
    for (int i = 0; i < blocks.size(); i++) {
      JsonNode block = blocks.get(i);
      switch (Json.text(block, "type")) {
        case "text" -> text.append(Json.text(block, "text"));
        case "thinking" -> thinking.append(Json.text(block, "thinking"));
        case "redacted_thinking" -> {}
        case "tool_use" -> calls.add(toolCall(block));
        default ->
            throw Json.refused(
                where + ".content[" + i + "].type", block.path("type"), "text, thinking, tool_use");
      }
    }
    ours.add(
        Json.object(
            "role", "assistant",
            "content", text.isEmpty() && !calls.isEmpty() ? Json.nothing() : text.toString(),
            "reasoning_content", thinking.isEmpty() ? null : thinking.toString(),
            "tool_calls", calls.isEmpty() ? null : calls));
  }

  private static ObjectNode toolCall(JsonNode block) {
    JsonNode input = block.path("input");
    return Json.object(
        "id", Json.text(block, "id"),
        "type", "function",
        "function",
            Json.object(
                "name", Json.text(block, "name"),
                "arguments", Json.write(input.isMissingNode() ? Json.object() : input)));
  }

  /** The texts of blocks that may be nothing but text. */
  static String texts(String where, JsonNode content) {
    ArrayNode blocks = Json.list(where, content, "a text or a list of text blocks");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < blocks.size(); i++) {
      JsonNode block = blocks.get(i);
      if (!Json.text(block, "type").equals("text")) {
        throw Json.refused(where + "[" + i + "].type", block.path("type"), "text");
      }
      text.append(text.isEmpty() ? "" : "\n").append(Json.text(block, "text"));
    }
    return text.toString();
  }

  static void tools(ObjectNode theirs, ObjectNode chat) {
    ArrayNode tools = Json.list("tools", theirs.path("tools"), "a list of tools");
    ArrayNode ours = Json.array();
    for (int i = 0; i < tools.size(); i++) {
      ours.add(tool("tools[" + i + "]", tools.get(i)));
    }
    if (!ours.isEmpty()) {
      chat.set("tools", ours);
    }
    JsonNode choice = theirs.path("tool_choice");
    if (choice.isObject()) {
      chat.set("tool_choice", choice(choice));
      if (choice.path("disable_parallel_tool_use").asBoolean(false)) {
        chat.put("parallel_tool_calls", false);
      }
    }
  }

  private static ObjectNode tool(String where, JsonNode tool) {
    String type = Json.text(tool, "type");
    if (!type.isEmpty() && !type.equals("custom")) {
      throw Json.refused(where + ".type", tool.path("type"), "custom; the gateway runs no tools");
    }
    return Json.object(
        "type",
        "function",
        "function",
        Json.object(
            "name", Json.text(tool, "name"),
            "description", tool.get("description"),
            "parameters", tool.get("input_schema")));
  }

  private static JsonNode choice(JsonNode choice) {
    return switch (Json.text(choice, "type")) {
      case "auto" -> Json.array("auto").get(0);
      case "any" -> Json.array("required").get(0);
      case "none" -> Json.array("none").get(0);
      case "tool" ->
          Json.object(
              "type", "function", "function", Json.object("name", Json.text(choice, "name")));
      default ->
          throw Json.refused("tool_choice.type", choice.path("type"), "auto, any, none or tool");
    };
  }
}
