package io.tokenlane.gateway.translate;

import io.tokenlane.gateway.error.ErrorBody;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's messages (POST /v1/messages, version 2023-06-01). */
final class Messages implements Dialect {
  private static final Parameters PARAMETERS =
      new Parameters(
          Set.of(
              "max_tokens",
              "messages",
              "metadata",
              "model",
              "output_config",
              "stop_sequences",
              "stream",
              "system",
              "temperature",
              "tool_choice",
              "tools",
              "top_p"),
          Set.of(
              "cache_control",
              "context_management",
              "diagnostics",
              "service_tier",
              "speed",
              "thinking"),
          Map.of(
              "container", "none; the gateway runs no tools",
              "mcp_servers", "none; the gateway runs no tools",
              "inference_geo", "none; the answer comes from whichever node is free"));

  private static final List<Renaming> NAMES =
      List.of(
          Renaming.of("stop", "stop_sequences"),
          Renaming.of("response_format(\\.json_schema)?", "output_config.format"),
          Renaming.of("reasoning_effort", "output_config.effort"),
          Renaming.of("tools\\[(\\d+)]\\.function\\.parameters", "tools[$1].input_schema"),
          Renaming.of("tools\\[(\\d+)]\\.function", "tools[$1]"),
          Renaming.of("tool_choice\\.function", "tool_choice"),
          Renaming.of("parallel_tool_calls", "tool_choice.disable_parallel_tool_use"),
          Renaming.of("user", "metadata.user_id"));

  @Override
  public Translation request(ObjectNode theirs) {
    PARAMETERS.check(theirs);
    Given given = Given.request(theirs);
    ObjectNode chat = Json.object();
    Json.copy(theirs, chat, "model", "stream", "temperature", "top_p", "max_tokens");
    Parameters.copyOurs(theirs, chat);
    if (!chat.has("max_tokens")) {
      throw given.member("max_tokens").refused("a number of tokens >= 1");
    }
    given.member("stop_sequences").elements("a list of texts").forEach(Given::text);
    Json.rename(theirs, "stop_sequences", chat, "stop");
    Conversation messages = new Conversation();
    system(given.member("system"), messages);
    MessagesInput.messages(given.member("messages"), messages);
    chat.set("messages", messages.messages());
    MessagesInput.tools(given, chat);
    MessagesInput.output(given.member("output_config"), chat);
    user(given.member("metadata"), chat);
    if (theirs.path("stream").asBoolean(false)) {
      chat.set("stream_options", Json.object("include_usage", true));
    }
    return new Translation(chat, NAMES, messages.places());
  }

  private static void system(Given system, Conversation messages) {
    String text = MessagesInput.texts(system);
    if (!text.isEmpty()) {
      messages.add("system", Json.object("role", "system", "content", text));
    }
  }

  private static void user(Given metadata, ObjectNode chat) {
    String user = metadata.hasObject() ? metadata.member("user_id").textOrNone() : "";
    if (!user.isEmpty()) {
      chat.put("user", user);
    }
  }

  @Override
  public ObjectNode answer(ObjectNode theirs, JsonNode chat) {
    JsonNode choice = chat.path("choices").path(0);
    JsonNode message = choice.path("message");
    ArrayNode content = Json.array();
    String thinking = Json.text(message, "reasoning_content");
    if (!thinking.isEmpty()) {
      content.add(Json.object("type", "thinking", "thinking", thinking, "signature", ""));
    }
    for (String field : new String[] {"content", "refusal"}) {
      String text = Json.text(message, field);
      if (!text.isEmpty()) {
        content.add(Json.object("type", "text", "text", text));
      }
    }
    Ending ending = new Ending();
    ending.take(choice);
    for (JsonNode call : message.path("tool_calls").values()) {
      Optional<ObjectNode> use = toolUse(call, ending.cut());
      use.ifPresent(content::add);
      ending.called |= use.isPresent();
    }
    ending.refused = !Json.text(message, "refusal").isEmpty();
    ObjectNode answer =
        Json.object(
            "id",
            id(chat),
            "type",
            "message",
            "role",
            "assistant",
            "model",
            Json.text(chat, "model"),
            "content",
            content);
    answer.setAll(ending.told());
    answer.set("usage", usage(chat.path("usage")));
    return answer;
  }

  /** A call; none where its arguments are broken, as nobody may take those for what was meant. */
  private static Optional<ObjectNode> toolUse(JsonNode call, boolean cut) {
    JsonNode function = call.path("function");
    String arguments = Json.text(function, "arguments");
    return Json.arguments(arguments.isEmpty() && !cut ? "{}" : arguments)
        .map(
            input ->
                Json.object(
                    "type",
                    "tool_use",
                    "id",
                    Json.text(call, "id"),
                    "name",
                    Json.text(function, "name"),
                    "input",
                    input));
  }

  /** How an answer ended, in Anthropic's words. */
  static final class Ending {
    private String finish = "stop";
    private JsonNode stop = Json.nothing();

    /** Whether it has tool calls: where one was forced, chat completions say "stop". */
    boolean called;

    /** Whether it is a refusal. */
    boolean refused;

    /**
     * Takes what a choice tells: {@code finish_reason}, and the stop text that was found, as vLLM
     * has it in {@code stop_reason}.
     */
    void take(JsonNode choice) {
      if (choice.path("finish_reason").isString()) {
        finish = choice.path("finish_reason").asString();
      }
      if (choice.path("stop_reason").isString()) {
        stop = choice.path("stop_reason");
      }
    }

    boolean cut() {
      return finish.equals("length");
    }

    private String reason() {
      return switch (finish) {
        case "length" -> "max_tokens";
        case "content_filter" -> "refusal";
        default -> atItsEnd();
      };
    }

    private String atItsEnd() {
      if (refused) {
        return "refusal";
      }
      if (called) {
        return "tool_use";
      }
      return stop.isString() ? "stop_sequence" : "end_turn";
    }

    /** {@code stop_reason} and {@code stop_sequence}. */
    ObjectNode told() {
      String reason = reason();
      return Json.object(
          "stop_reason",
          reason,
          "stop_sequence",
          reason.equals("stop_sequence") ? stop : Json.nothing());
    }
  }

  static String id(JsonNode chat) {
    return "msg_" + Json.text(chat, "id").replaceFirst("^chatcmpl-", "");
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
  public JsonNode error(int status, JsonNode openAi) {
    return error(ErrorBody.anthropicType(status), openAi.path("error"));
  }

  static ObjectNode error(String type, JsonNode error) {
    return Json.object(
        "type", "error", "error", Json.object("type", type, "message", Json.message(error)));
  }

  @Override
  public EventWriter events(ObjectNode theirs) {
    return new MessagesEvents();
  }
}
