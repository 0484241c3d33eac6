package io.tokenlane.gateway.translate;

import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's responses (POST /v1/responses) without state: what would need an earlier response or a
 * tool run by the server is refused. Not carried over: {@code include}, {@code truncation}, {@code
 * background}, {@code store} (nothing is ever stored for later reference).
 */
final class Responses implements Dialect {
  @Override
  public ObjectNode request(ObjectNode theirs) {
    refuseState(theirs);
    ObjectNode chat = Json.object();
    Json.copy(theirs, chat, "model", "stream", "temperature", "top_p", "parallel_tool_calls");
    Json.copy(theirs, chat, "user", "metadata", "service_tier");
    Json.copy(theirs, chat, Messages.OURS);
    Json.rename(theirs, "max_output_tokens", chat, "max_completion_tokens");
    JsonNode effort = theirs.path("reasoning").path("effort");
    if (effort.isString()) {
      chat.set("reasoning_effort", effort);
    }
    ArrayNode messages = Json.array();
    if (theirs.path("instructions").isString()) {
      messages.add(Json.object("role", "system", "content", theirs.get("instructions")));
    }
    ResponsesInput.input(theirs.path("input"), messages);
    chat.set("messages", messages);
    ResponsesInput.tools(theirs, chat);
    ResponsesInput.format(theirs.path("text").path("format"), chat);
    if (theirs.path("stream").asBoolean(false)) {
      chat.set("stream_options", Json.object("include_usage", true));
    }
    return chat;
  }

  private static void refuseState(ObjectNode theirs) {
    for (String field : new String[] {"previous_response_id", "conversation", "prompt"}) {
      JsonNode value = theirs.path(field);
      if (!value.isMissingNode() && !value.isNull()) {
        throw Json.refused(field, value, "none; send the whole conversation as input");
      }
    }
  }

  @Override
  public ObjectNode answer(ObjectNode theirs, JsonNode chat) {
    JsonNode choice = chat.path("choices").path(0);
    JsonNode message = choice.path("message");
    ArrayNode output = Json.array();
    String thinking = Json.text(message, "reasoning_content");
    if (!thinking.isEmpty()) {
      output.add(reasoning(newId("rs_"), thinking));
    }
    String text = Json.text(message, "content");
    if (!text.isEmpty()) {
      output.add(message(newId("msg_"), text, "completed"));
    }
    for (JsonNode call : message.path("tool_calls").values()) {
      JsonNode function = call.path("function");
      output.add(
          call(
              newId("fc_"),
              Json.object(
                  "call_id", Json.text(call, "id"),
                  "name", Json.text(function, "name"),
                  "arguments", Json.text(function, "arguments")),
              "completed"));
    }
    return response(theirs, chat, Json.text(choice, "finish_reason"), output);
  }

  /** The response object as it ends. */
  static ObjectNode response(ObjectNode theirs, JsonNode chat, String finish, ArrayNode output) {
    ObjectNode response = begun(theirs, chat);
    String reason = incomplete(finish);
    response.put("status", reason.isEmpty() ? "completed" : "incomplete");
    if (!reason.isEmpty()) {
      response.set("incomplete_details", Json.object("reason", reason));
    }
    response.set("output", output);
    response.set("usage", usage(chat.path("usage")));
    return response;
  }

  static String incomplete(String finish) {
    return switch (finish) {
      case "length" -> "max_output_tokens";
      case "content_filter" -> "content_filter";
      default -> "";
    };
  }

  /** The response object as it begins: what was asked, nothing said yet. */
  static ObjectNode begun(ObjectNode theirs, JsonNode chat) {
    ObjectNode response =
        Json.object(
            "id", "resp_" + Json.text(chat, "id").replaceFirst("^chatcmpl-", ""),
            "object", "response",
            "created_at", chat.path("created").asLong(0),
            "status", "in_progress",
            "error", Json.nothing(),
            "incomplete_details", Json.nothing(),
            "instructions", orNothing(theirs, "instructions"),
            "max_output_tokens", orNothing(theirs, "max_output_tokens"),
            "model", Json.text(chat, "model"),
            "output", Json.array(),
            "parallel_tool_calls", theirs.path("parallel_tool_calls").asBoolean(true),
            "previous_response_id", Json.nothing(),
            "store", false,
            "temperature", orNothing(theirs, "temperature"),
            "top_p", orNothing(theirs, "top_p"),
            "tool_choice", theirs.has("tool_choice") ? theirs.get("tool_choice") : "auto");
    response.set("tools", theirs.has("tools") ? theirs.get("tools") : Json.array());
    response.set("metadata", theirs.has("metadata") ? theirs.get("metadata") : Json.object());
    response.set("usage", Json.nothing());
    return response;
  }

  private static JsonNode orNothing(ObjectNode theirs, String name) {
    JsonNode value = theirs.get(name);
    return value == null ? Json.nothing() : value;
  }

  static ObjectNode reasoning(String id, String text) {
    ArrayNode content = Json.array();
    content.add(Json.object("type", "reasoning_text", "text", text));
    return Json.object("id", id, "type", "reasoning", "summary", Json.array(), "content", content);
  }

  static ObjectNode message(String id, String text, String status) {
    ArrayNode content = Json.array();
    if (!text.isEmpty() || status.equals("completed")) {
      content.add(textPart(text));
    }
    return Json.object(
        "id", id, "type", "message", "status", status, "role", "assistant", "content", content);
  }

  static ObjectNode textPart(String text) {
    return Json.object("type", "output_text", "text", text, "annotations", Json.array());
  }

  /** A function call with {@code call_id}, {@code name} and {@code arguments}. */
  static ObjectNode call(String id, ObjectNode fields, String status) {
    ObjectNode call = Json.object("id", id, "type", "function_call", "status", status);
    call.setAll(fields);
    return call;
  }

  static JsonNode usage(JsonNode usage) {
    if (!usage.isObject()) {
      return Json.nothing();
    }
    return Json.object(
        "input_tokens", usage.path("prompt_tokens").asLong(0),
        "input_tokens_details",
            Json.object(
                "cached_tokens",
                usage.path("prompt_tokens_details").path("cached_tokens").asLong(0)),
        "output_tokens", usage.path("completion_tokens").asLong(0),
        "output_tokens_details",
            Json.object(
                "reasoning_tokens",
                usage.path("completion_tokens_details").path("reasoning_tokens").asLong(0)),
        "total_tokens", usage.path("total_tokens").asLong(0));
  }

  static String newId(String prefix) {
    return prefix + Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
  }

  @Override
  public JsonNode error(JsonNode openAi) {
    return openAi;
  }

  @Override
  public EventWriter events(ObjectNode theirs) {
    return new ResponsesEvents(theirs);
  }
}
