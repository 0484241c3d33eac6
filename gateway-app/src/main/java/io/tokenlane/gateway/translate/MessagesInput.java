package io.tokenlane.gateway.translate;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a request by Anthropic's interface says to the model: messages and tools. */
final class MessagesInput {
  private static final String BLOCKS = "a text or a list of blocks";

  private MessagesInput() {}

  static void messages(Given theirs, Conversation ours) {
    List<Given> messages = theirs.elements("at least one message");
    if (messages.isEmpty()) {
      throw theirs.refused("at least one message");
    }
    messages.forEach(message -> message(message, ours));
  }

  private static void message(Given message, Conversation ours) {
    message.object();
    Given role = message.member("role");
    Given content = message.member("content");
    boolean user = role.textOrNone().equals("user");
    if (!user && !role.textOrNone().equals("assistant")) {
      throw role.refused("user or assistant");
    }
    if (content.value().isString()) {
      ours.add(message.where(), Json.object("role", role.text(), "content", content.value()));
    } else if (content.absent() || (user && content.elements(BLOCKS).isEmpty())) {
      throw content.refused("a text or a list of at least one block");
    } else if (user) {
      user(message.where(), content.elements(BLOCKS), ours);
    } else {
      ours.add(message.where(), assistant(content.elements(BLOCKS)));
    }
  }

  /** Results of tools are messages of their own; what stands between them stays between them. */
  private static void user(String where, List<Given> blocks, Conversation ours) {
    ArrayNode parts = Json.array();
    for (Given block : blocks) {
      block.object();
      Given type = block.member("type");
      switch (type.textOrNone()) {
        case "text" -> parts.add(Json.object("type", "text", "text", block.member("text").text()));
        case "image" -> parts.add(image(block.member("source")));
        case "tool_result" -> {
          flush(where, parts, ours);
          ours.add(block.where(), toolResult(block));
        }
        default -> throw type.refused("text, image, tool_result");
      }
    }
    flush(where, parts, ours);
  }

  private static void flush(String where, ArrayNode parts, Conversation ours) {
    if (!parts.isEmpty()) {
      boolean plain = parts.size() == 1 && Json.text(parts.get(0), "type").equals("text");
      JsonNode content = plain ? parts.get(0).get("text") : parts.deepCopy();
      ours.add(where, Json.object("role", "user", "content", content));
      parts.removeAll();
    }
  }

  private static ObjectNode image(Given source) {
    source.object();
    Given type = source.member("type");
    String url =
        switch (type.textOrNone()) {
          case "url" -> source.member("url").text();
          case "base64" ->
              "data:"
                  + source.member("media_type").text()
                  + ";base64,"
                  + source.member("data").text();
          default -> throw type.refused("base64 or url");
        };
    return Json.object("type", "image_url", "image_url", Json.object("url", url));
  }

  private static ObjectNode toolResult(Given block) {
    return Json.object(
        "role", "tool",
        "tool_call_id", block.member("tool_use_id").text(),
        "content", texts(block.member("content")));
  }

  private static ObjectNode assistant(List<Given> blocks) {
    StringBuilder text = new StringBuilder();
    StringBuilder thinking = new StringBuilder();
    ArrayNode calls = Json.array();
    for (Given block : blocks) {
      block.object();
      Given type = block.member("type");
      switch (type.textOrNone()) {
        case "text" -> text.append(block.member("text").text());
        case "thinking" -> thinking.append(block.member("thinking").text());
        case "redacted_thinking" -> {}
        case "tool_use" -> calls.add(toolCall(block));
        default -> throw type.refused("text, thinking, tool_use");
      }
    }
    return Json.object(
        "role", "assistant",
        "content", text.isEmpty() && !calls.isEmpty() ? Json.nothing() : text.toString(),
        "reasoning_content", thinking.isEmpty() ? null : thinking.toString(),
        "tool_calls", calls.isEmpty() ? null : calls);
  }

  private static ObjectNode toolCall(Given block) {
    return Json.object(
        "id", block.member("id").text(),
        "type", "function",
        "function",
            Json.object(
                "name", block.member("name").text(),
                "arguments", Json.write(block.member("input").object())));
  }

  /** A text, or the texts of blocks that may be nothing but text; empty where it is absent. */
  static String texts(Given content) {
    if (content.value().isString()) {
      return content.text();
    }
    StringBuilder text = new StringBuilder();
    for (Given block : content.elements("a text or a list of text blocks")) {
      block.object();
      Given type = block.member("type");
      if (!type.textOrNone().equals("text")) {
        throw type.refused("text");
      }
      text.append(text.isEmpty() ? "" : "\n").append(block.member("text").text());
    }
    return text.toString();
  }

  static void tools(Given theirs, ObjectNode chat) {
    ArrayNode ours = Json.array();
    theirs.member("tools").elements("a list of tools").forEach(tool -> ours.add(tool(tool)));
    if (!ours.isEmpty()) {
      chat.set("tools", ours);
    }
    Given choice = theirs.member("tool_choice");
    if (choice.hasObject()) {
      chat.set("tool_choice", choice(choice));
      Given alone = choice.member("disable_parallel_tool_use");
      if (!alone.absent() && !alone.value().isBoolean()) {
        throw alone.refused("true or false");
      }
      if (alone.value().asBoolean(false)) {
        chat.put("parallel_tool_calls", false);
      }
    }
  }

  private static ObjectNode tool(Given tool) {
    ObjectNode given = tool.object();
    Given type = tool.member("type");
    if (!type.absent() && !type.text().equals("custom")) {
      throw type.refused("custom; the gateway runs no tools");
    }
    ObjectNode function = Json.object("name", tool.member("name").text());
    Json.copy(given, function, "description", "strict");
    function.set("parameters", tool.member("input_schema").object());
    return Json.object("type", "function", "function", function);
  }

  private static JsonNode choice(Given choice) {
    Given type = choice.member("type");
    return switch (type.textOrNone()) {
      case "auto" -> Json.array("auto").get(0);
      case "any" -> Json.array("required").get(0);
      case "none" -> Json.array("none").get(0);
      case "tool" ->
          Json.object(
              "type", "function", "function", Json.object("name", choice.member("name").text()));
      default -> throw type.refused("auto, any, none or tool");
    };
  }

  /** How the answer is to be: its schema and the effort. */
  static void output(Given output, ObjectNode chat) {
    if (!output.hasObject()) {
      return;
    }
    Given effort = output.member("effort");
    if (!effort.absent()) {
      chat.put("reasoning_effort", effort.text().equals("max") ? "xhigh" : effort.text());
    }
    Given format = output.member("format");
    if (!format.hasObject()) {
      return;
    }
    Given type = format.member("type");
    if (!type.textOrNone().equals("json_schema")) {
      throw type.refused("json_schema");
    }
    JsonNode schema = format.member("schema").object();
    chat.set(
        "response_format",
        Json.object(
            "type",
            "json_schema",
            "json_schema",
            Json.object("name", "answer", "schema", schema, "strict", true)));
  }
}
