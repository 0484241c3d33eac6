package io.tokenlane.gateway.translate;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Anthropic's messages (POST /v1/messages, version 2023-06-01). Not carried over, for want of a
 * counterpart: {@code thinking}, {@code cache_control}, {@code service_tier}.
 */
final class Messages implements Dialect {
  /** Members that are no other interface's: they say how a call is treated, not what it is. */
  static final String[] OURS = {"tokenlane", "cache_salt"};

  @Override
  public ObjectNode request(ObjectNode theirs) {
    ObjectNode chat = Json.object();
    Json.copy(theirs, chat, "model", "stream", "temperature", "top_p", "top_k", "max_tokens");
    Json.copy(theirs, chat, OURS);
    if (!chat.has("max_tokens")) {
      throw Json.refused("max_tokens", theirs.path("max_tokens"), "a number of tokens >= 1");
    }
    Json.rename(theirs, "stop_sequences", chat, "stop");
    ArrayNode messages = Json.array();
    system(theirs.path("system"), messages);
    MessagesInput.messages(theirs.path("messages"), messages);
    chat.set("messages", messages);
    MessagesInput.tools(theirs, chat);
    JsonNode user = theirs.path("metadata").path("user_id");
    if (user.isString()) {
      chat.set("user", user);
    }
    if (theirs.path("stream").asBoolean(false)) {
      chat.set("stream_options", Json.object("include_usage", true));
    }
    return chat;
  }

  private static void system(JsonNode system, ArrayNode messages) {
    String text = system.isString() ? system.asString() : MessagesInput.texts("system", system);
    if (!text.isEmpty()) {
      messages.add(Json.object("role", "system", "content", text));
    }
  }

  @Override
  public ObjectNode answer(ObjectNode theirs, JsonNode chat) {
    JsonNode choice = chat.path("choices").path(0);
    JsonNode message = choice.path("message");
    String finish = Json.text(choice, "finish_reason");
    ArrayNode content = Json.array();
    String thinking = Json.text(message, "reasoning_content");
    if (!thinking.isEmpty()) {
      content.add(Json.object("type", "thinking", "thinking", thinking, "signature", ""));
    }
    String text = Json.text(message, "content");
    if (!text.isEmpty()) {
      content.add(Json.object("type", "text", "text", text));
    }
    message.path("tool_calls").values().forEach(call -> content.add(toolUse(call)));
    return Json.object(
        "id", id(chat),
        "type", "message",
        "role", "assistant",
        "model", Json.text(chat, "model"),
        "content", content,
        "stop_reason", stopReason(finish, !message.path("tool_calls").isEmpty()),
        "stop_sequence", Json.nothing(),
        "usage", usage(chat.path("usage")));
  }

  private static ObjectNode toolUse(JsonNode call) {
    JsonNode function = call.path("function");
    return Json.object(
        "type", "tool_use",
        "id", Json.text(call, "id"),
        "name", Json.text(function, "name"),
        "input", Json.parse(Json.text(function, "arguments")).orElseGet(Json::object));
  }

  static String id(JsonNode chat) {
    return "msg_" + Json.text(chat, "id").replaceFirst("^chatcmpl-", "");
  }

  /**
   * Anthropic's word for how an answer ended.
   *
   * @param calls whether it has tool calls: where one was forced, chat completions say "stop"
   */
  static String stopReason(String finish, boolean calls) {
    return switch (finish) {
      case "length" -> "max_tokens";
      case "tool_calls", "function_call" -> "tool_use";
      case "content_filter" -> "refusal";
      default -> calls ? "tool_use" : "end_turn";
    };
  }

  /** Anthropic counts cached tokens beside the input, OpenAI within it. */
  static ObjectNode usage(JsonNode usage) {
    long cached = usage.path("prompt_tokens_details").path("cached_tokens").asLong(0);
    return Json.object(
        "input_tokens",
        usage.path("prompt_tokens").asLong(0) - cached,
        "cache_creation_input_tokens",
        0,
        "cache_read_input_tokens",
        cached,
        "output_tokens",
        usage.path("completion_tokens").asLong(0));
  }

  @Override
  public JsonNode error(JsonNode openAi) {
    JsonNode error = openAi.path("error");
    return Json.object(
        "type",
        "error",
        "error",
        Json.object(
            "type", error.path("type").asString("api_error"), "message", Json.message(error)));
  }

  @Override
  public EventWriter events(ObjectNode theirs) {
    return new MessagesEvents();
  }
}
