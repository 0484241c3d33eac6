package io.tokenlane.gateway.translate;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a request by OpenAI's responses says to the model: items, tools, the form of the answer. */
final class ResponsesInput {
  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");

  private ResponsesInput() {}

  static void input(JsonNode input, ArrayNode messages) {
    if (input.isString()) {
      messages.add(Json.object("role", "user", "content", input));
    } else if (input.isArray() && !input.isEmpty()) {
      for (int i = 0; i < input.size(); i++) {
        item("input[" + i + "]", input.get(i), messages);
      }
    } else {
      throw Json.refused("input", input, "a text or a list of items");
    }
  }

  private static void item(String where, JsonNode item, ArrayNode messages) {
    String type = item.path("type").asString("message");
    switch (type) {
      case "message" -> messages.add(message(where, item));
      case "function_call" -> call(item, messages);
      case "function_call_output" ->
          messages.add(
              Json.object(
                  "role", "tool",
                  "tool_call_id", Json.text(item, "call_id"),
                  "content", output(where, item.path("output"))));
      case "reasoning" -> {}
      default ->
          throw Json.refused(
              where + ".type",
              item.path("type"),
              "message, function_call, function_call_output or reasoning");
    }
  }

  private static ObjectNode message(String where, JsonNode item) {
    String role = Json.text(item, "role");
    if (!ROLES.contains(role)) {
      throw Json.refused(where + ".role", item.path("role"), "user, assistant, system, developer");
    }
    JsonNode content = item.path("content");
    if (content.isString()) {
      return Json.object("role", role, "content", content);
    }
    ArrayNode theirs = Json.list(where + ".content", content, "a text or a list of parts");
    ArrayNode parts = Json.array();
    for (int i = 0; i < theirs.size(); i++) {
      parts.add(part(where + ".content[" + i + "]", theirs.get(i)));
    }
    boolean plain = parts.size() == 1 && parts.get(0).has("text");
    return Json.object("role", role, "content", plain ? parts.get(0).get("text") : parts);
  }

  private static ObjectNode part(String where, JsonNode part) {
    return switch (Json.text(part, "type")) {
      case "input_text", "output_text", "text" ->
          Json.object("type", "text", "text", Json.text(part, "text"));
      case "refusal" -> Json.object("type", "text", "text", Json.text(part, "refusal"));
      case "input_image" ->
          Json.object(
              "type", "image_url", "image_url", Json.object("url", Json.text(part, "image_url")));
      default ->
          throw Json.refused(
              where + ".type", part.path("type"), "input_text, output_text or input_image");
    };
  }

  /** Calls made side by side are one message of the assistant. */
  private static void call(JsonNode item, ArrayNode messages) {
    ObjectNode call =
        Json.object(
            "id", Json.text(item, "call_id"),
            "type", "function",
            "function",
                Json.object(
                    "name", Json.text(item, "name"), "arguments", Json.text(item, "arguments")));
    JsonNode last = messages.path(messages.size() - 1);
    if (last.path("tool_calls") instanceof ArrayNode calls) {
      calls.add(call);
    } else {
      messages.add(
          Json.object(
              "role", "assistant", "content", Json.nothing(), "tool_calls", Json.array(call)));
    }
  }

  private static String output(String where, JsonNode output) {
    if (output.isString()) {
      return output.asString();
    }
    ArrayNode parts = Json.list(where + ".output", output, "a text or a list of parts");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      ObjectNode part = part(where + ".output[" + i + "]", parts.get(i));
      if (!part.has("text")) {
        throw Json.refused(where + ".output[" + i + "].type", parts.get(i).path("type"), "text");
      }
      text.append(Json.text(part, "text"));
    }
    return text.toString();
  }

  static void tools(ObjectNode theirs, ObjectNode chat) {
    ArrayNode tools = Json.list("tools", theirs.path("tools"), "a list of tools");
    ArrayNode ours = Json.array();
    for (int i = 0; i < tools.size(); i++) {
      JsonNode tool = tools.get(i);
      if (!Json.text(tool, "type").equals("function")) {
        throw Json.refused(
            "tools[" + i + "].type", tool.path("type"), "function; the gateway runs no tools");
      }
      ObjectNode function = Json.object();
      Json.copy((ObjectNode) tool, function, "name", "description", "parameters", "strict");
      ours.add(Json.object("type", "function", "function", function));
    }
    if (!ours.isEmpty()) {
      chat.set("tools", ours);
    }
    JsonNode choice = theirs.path("tool_choice");
    if (choice.isString()) {
      chat.set("tool_choice", choice);
    } else if (choice.isObject()) {
      chat.set(
          "tool_choice",
          Json.object(
              "type", "function", "function", Json.object("name", Json.text(choice, "name"))));
    }
  }

  static void format(JsonNode format, ObjectNode chat) {
    switch (Json.text(format, "type")) {
      case "", "text" -> {}
      case "json_object" -> chat.set("response_format", format);
      case "json_schema" -> {
        ObjectNode schema = Json.object();
        Json.copy((ObjectNode) format, schema, "name", "description", "schema", "strict");
        chat.set("response_format", Json.object("type", "json_schema", "json_schema", schema));
      }
      default ->
          throw Json.refused(
              "text.format.type", format.path("type"), "text, json_object or json_schema");
    }
  }
}
