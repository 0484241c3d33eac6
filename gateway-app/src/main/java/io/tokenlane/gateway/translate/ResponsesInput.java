package io.tokenlane.gateway.translate;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a request by OpenAI's responses says to the model: items, tools, the form of the answer. */
final class ResponsesInput {
  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");
  private static final Set<String> CHOICES = Set.of("none", "auto", "required");
  private static final String PARTS = "a text or a list of parts";

  private ResponsesInput() {}

  static void input(Given input, Conversation messages) {
    if (input.value().isString()) {
      messages.add(input.where(), Json.object("role", "user", "content", input.value()));
      return;
    }
    List<Given> items = input.elements("a text or a list of items");
    if (items.isEmpty()) {
      throw input.refused("a text or a list of items");
    }
    items.forEach(item -> item(item, messages));
  }

  private static void item(Given item, Conversation messages) {
    item.object();
    Given type = item.member("type");
    switch (type.absent() ? "message" : type.text()) {
      case "message" -> messages.add(item.where(), message(item));
      case "function_call" -> call(item, messages);
      case "function_call_output" ->
          messages.add(
              item.where(),
              Json.object(
                  "role", "tool",
                  "tool_call_id", item.member("call_id").text(),
                  "content", output(item.member("output"))));
      case "reasoning" -> {}
      default -> throw type.refused("message, function_call, function_call_output or reasoning");
    }
  }

  private static ObjectNode message(Given item) {
    Given role = item.member("role");
    if (!ROLES.contains(role.textOrNone())) {
      throw role.refused("user, assistant, system, developer");
    }
    Given content = item.member("content");
    if (content.value().isString()) {
      return Json.object("role", role.text(), "content", content.value());
    }
    ArrayNode parts = Json.array();
    parts(content).forEach(part -> parts.add(part(part)));
    boolean plain = parts.size() == 1 && parts.get(0).has("text");
    return Json.object("role", role.text(), "content", plain ? parts.get(0).get("text") : parts);
  }

  private static List<Given> parts(Given content) {
    if (content.absent()) {
      throw content.refused(PARTS);
    }
    return content.elements(PARTS);
  }

  private static ObjectNode part(Given part) {
    part.object();
    Given type = part.member("type");
    return switch (type.textOrNone()) {
      case "input_text", "output_text", "text" ->
          Json.object("type", "text", "text", part.member("text").text());
      case "refusal" -> Json.object("type", "text", "text", part.member("refusal").text());
      case "input_image" ->
          Json.object(
              "type",
              "image_url",
              "image_url",
              Json.object("url", part.member("image_url").text()));
      default -> throw type.refused("input_text, output_text or input_image");
    };
  }

  /** What the assistant said before calls, and calls made side by side, are one message of it. */
  private static void call(Given item, Conversation messages) {
    ObjectNode call =
        Json.object(
            "id", item.member("call_id").text(),
            "type", "function",
            "function",
                Json.object(
                    "name", item.member("name").text(),
                    "arguments", item.member("arguments").text()));
    ObjectNode turn =
        messages
            .assistants()
            .orElseGet(
                () -> {
                  ObjectNode silent = Json.object("role", "assistant", "content", Json.nothing());
                  messages.add(item.where(), silent);
                  return silent;
                });
    turn.withArrayProperty("tool_calls").add(call);
  }

  private static String output(Given output) {
    if (output.value().isString()) {
      return output.text();
    }
    StringBuilder text = new StringBuilder();
    for (Given part : parts(output)) {
      ObjectNode said = part(part);
      if (!said.has("text")) {
        throw part.member("type").refused("text");
      }
      text.append(Json.text(said, "text"));
    }
    return text.toString();
  }

  static void tools(Given theirs, ObjectNode chat) {
    ArrayNode ours = Json.array();
    for (Given tool : theirs.member("tools").elements("a list of tools")) {
      ObjectNode given = tool.object();
      Given type = tool.member("type");
      if (!type.textOrNone().equals("function")) {
        throw type.refused("function; the gateway runs no tools");
      }
      tool.member("name").text();
      ObjectNode function = Json.object();
      Json.copy(given, function, "name", "description", "parameters", "strict");
      ours.add(Json.object("type", "function", "function", function));
    }
    if (!ours.isEmpty()) {
      chat.set("tools", ours);
    }
    Given choice = theirs.member("tool_choice");
    if (!choice.absent()) {
      chat.set("tool_choice", choice(choice));
    }
  }

  private static JsonNode choice(Given choice) {
    if (choice.value().isObject() && choice.member("type").textOrNone().equals("function")) {
      return Json.object(
          "type", "function", "function", Json.object("name", choice.member("name").text()));
    }
    if (choice.value().isObject()) {
      throw choice.member("type").refused("function");
    }
    if (!CHOICES.contains(choice.value().asString(""))) {
      throw choice.refused("none, auto, required or an object that names a function");
    }
    return choice.value();
  }

  /** How the answer's text is to be: its form and how much it says. */
  static void text(Given text, ObjectNode chat) {
    if (!text.hasObject()) {
      return;
    }
    Json.copy(text.object(), chat, "verbosity");
    Given format = text.member("format");
    if (format.hasObject()) {
      format(format, chat);
    }
  }

  private static void format(Given format, ObjectNode chat) {
    Given type = format.member("type");
    switch (type.textOrNone()) {
      case "text" -> {}
      case "json_object" -> chat.set("response_format", Json.object("type", "json_object"));
      case "json_schema" -> {
        ObjectNode schema = Json.object();
        Json.copy(format.object(), schema, "name", "description", "schema", "strict");
        chat.set("response_format", Json.object("type", "json_schema", "json_schema", schema));
      }
      default -> throw type.refused("text, json_object or json_schema");
    }
  }
}
