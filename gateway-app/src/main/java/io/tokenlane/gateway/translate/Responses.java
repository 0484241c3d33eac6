package io.tokenlane.gateway.translate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's responses (POST /v1/responses) without state: what would need an earlier response or a
 * tool run by the server is refused, and nothing is ever stored for later reference.
 */
final class Responses implements Dialect {
  private static final String COMPLETED = "completed";
  private static final String INCOMPLETE = "incomplete";
  private static final String WHOLE = "none; send the whole conversation as input";

  private static final Parameters PARAMETERS =
      new Parameters(
          Set.of(
              "background",
              "include",
              "input",
              "instructions",
              "max_output_tokens",
              "metadata",
              "model",
              "parallel_tool_calls",
              "reasoning",
              "service_tier",
              "stream",
              "temperature",
              "text",
              "tool_choice",
              "tools",
              "top_logprobs",
              "top_p",
              "user"),
          Set.of(
              "context_management",
              "max_tool_calls",
              "prompt_cache_key",
              "prompt_cache_options",
              "prompt_cache_retention",
              "safety_identifier",
              "store",
              "stream_options",
              "truncation"),
          Map.of(
              "previous_response_id", WHOLE,
              "conversation", WHOLE,
              "prompt", WHOLE,
              "moderation", "none; the gateway moderates nothing"));

  private static final List<Renaming> NAMES =
      List.of(
          Renaming.of("max_(completion_)?tokens", "max_output_tokens"),
          Renaming.of("messages", "input"),
          Renaming.of("response_format(\\.json_schema)?", "text.format"),
          Renaming.of("verbosity", "text.verbosity"),
          Renaming.of("reasoning_effort", "reasoning.effort"),
          Renaming.of("tools\\[(\\d+)]\\.function", "tools[$1]"),
          Renaming.of("tool_choice\\.function", "tool_choice"));

  @Override
  public Translation request(ObjectNode theirs) {
    PARAMETERS.check(theirs);
    Given given = Given.request(theirs);
    refuseOtherAnswers(given);
    ObjectNode chat = Json.object();
    Json.copy(theirs, chat, "model", "stream", "temperature", "top_p", "parallel_tool_calls");
    Json.copy(theirs, chat, "user", "metadata", "service_tier");
    Parameters.copyOurs(theirs, chat);
    Json.rename(theirs, "max_output_tokens", chat, "max_completion_tokens");
    Given reasoning = given.member("reasoning");
    if (reasoning.hasObject()) {
      Json.rename(reasoning.object(), "effort", chat, "reasoning_effort");
    }
    Conversation messages = new Conversation();
    Given instructions = given.member("instructions");
    if (!instructions.absent()) {
      messages.add(
          instructions.where(), Json.object("role", "system", "content", instructions.text()));
    }
    ResponsesInput.input(given.member("input"), messages);
    chat.set("messages", messages.messages());
    ResponsesInput.tools(given, chat);
    ResponsesInput.text(given.member("text"), chat);
    if (theirs.path("stream").asBoolean(false)) {
      chat.set("stream_options", Json.object("include_usage", true));
    }
    return new Translation(chat, NAMES, messages.places());
  }

  private static void refuseOtherAnswers(Given theirs) {
    Given background = theirs.member("background");
    if (!background.absent() && !background.value().equals(BooleanNode.FALSE)) {
      throw background.refused("false; the answer comes with the call");
    }
    Given top = theirs.member("top_logprobs");
    if (!top.absent() && !top.value().equals(IntNode.valueOf(0))) {
      throw top.refused("none; log probabilities come with /v1/chat/completions alone");
    }
    for (Given more : theirs.member("include").elements("a list of texts")) {
      if (more.text().endsWith(".logprobs")) {
        throw more.refused("no log probabilities; they come with /v1/chat/completions alone");
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
    for (String field : new String[] {"content", "refusal"}) {
      String text = Json.text(message, field);
      if (!text.isEmpty()) {
        output.add(message(newId("msg_"), Json.array(part(field, text))));
      }
    }
    for (JsonNode call : message.path("tool_calls").values()) {
      JsonNode function = call.path("function");
      output.add(
          call(
              newId("fc_"),
              Json.object(
                  "call_id", Json.text(call, "id"),
                  "name", Json.text(function, "name"),
                  "arguments", Json.text(function, "arguments"))));
    }
    String finish = Json.text(choice, "finish_reason");
    for (int i = 0; i < output.size(); i++) {
      ObjectNode item = (ObjectNode) output.get(i);
      item.put("status", status(item, finish, i == output.size() - 1));
    }
    return response(theirs, chat, finish, output);
  }

  /**
   * Whether an item is whole. What the end of an answer cuts off is its last item, or a call, which
   * is whole where its arguments are.
   *
   * @param finish why the answer ended, where that is known
   */
  static String status(ObjectNode item, String finish, boolean last) {
    boolean call = Json.text(item, "type").equals("function_call");
    boolean whole = call ? Json.arguments(Json.text(item, "arguments")).isPresent() : !last;
    return incomplete(finish).isEmpty() || whole ? COMPLETED : INCOMPLETE;
  }

  /** The response object as it ends. */
  static ObjectNode response(ObjectNode theirs, JsonNode chat, String finish, ArrayNode output) {
    ObjectNode response = begun(theirs, chat);
    String reason = incomplete(finish);
    response.put("status", reason.isEmpty() ? COMPLETED : INCOMPLETE);
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
            "tool_choice", theirs.hasNonNull("tool_choice") ? theirs.get("tool_choice") : "auto");
    response.set("tools", theirs.hasNonNull("tools") ? theirs.get("tools") : Json.array());
    response.set(
        "metadata", theirs.hasNonNull("metadata") ? theirs.get("metadata") : Json.object());
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

  static ObjectNode message(String id, ArrayNode content) {
    return Json.object(
        "id", id,
        "type", "message",
        "status", COMPLETED,
        "role", "assistant",
        "content", content);
  }

  /**
   * What a message is made of.
   *
   * @param field the chat's field that it came from, {@code content} or {@code refusal}
   */
  static ObjectNode part(String field, String text) {
    return field.equals("refusal")
        ? Json.object("type", "refusal", "refusal", text)
        : Json.object(
            "type",
            "output_text",
            "text",
            text,
            "annotations",
            Json.array(),
            "logprobs",
            Json.array());
  }

  /** A function call with {@code call_id}, {@code name} and {@code arguments}. */
  static ObjectNode call(String id, ObjectNode fields) {
    ObjectNode call = Json.object("id", id, "type", "function_call", "status", COMPLETED);
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
                usage.path("prompt_tokens_details").path("cached_tokens").asLong(0),
                "cache_write_tokens",
                0),
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
  public JsonNode error(int status, JsonNode openAi) {
    return openAi;
  }

  @Override
  public EventWriter events(ObjectNode theirs) {
    return new ResponsesEvents(theirs);
  }
}
