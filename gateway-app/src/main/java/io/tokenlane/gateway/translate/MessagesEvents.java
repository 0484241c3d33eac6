package io.tokenlane.gateway.translate;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Anthropic's events: one block after the other, each begun, filled and stopped. The input is only
 * known at the end, so that {@code message_start} says zero and {@code message_delta} the number.
 * The pieces of a call are told as they come: one that is cut off is known by the stop reason.
 */
final class MessagesEvents extends EventWriter {
  private boolean begun;
  private int index = -1;
  private String open = "";
  private final Messages.Ending ending = new Messages.Ending();
  private JsonNode usage = Json.nothing();
  private final CallsInTurn calls = new CallsInTurn(this::call, this::arguments);

  @Override
  void chunk(JsonNode chunk) {
    if (!begun) {
      begun = true;
      emit("message_start", Json.object("type", "message_start", "message", message(chunk)));
    }
    if (chunk.path("usage").isObject()) {
      usage = chunk.path("usage");
    }
    JsonNode choice = chunk.path("choices").path(0);
    JsonNode delta = choice.path("delta");
    text(delta, "reasoning_content", "thinking", "thinking_delta");
    text(delta, "content", "text", "text_delta");
    text(delta, "refusal", "text", "text_delta");
    ending.refused |= !Json.text(delta, "refusal").isEmpty();
    eachToolCall(delta, calls::piece);
    ending.take(choice);
  }

  private static ObjectNode message(JsonNode chunk) {
    return Json.object(
        "id", Messages.id(chunk),
        "type", "message",
        "role", "assistant",
        "model", Json.text(chunk, "model"),
        "content", Json.array(),
        "stop_reason", Json.nothing(),
        "stop_sequence", Json.nothing(),
        "usage", Messages.usage(Json.nothing()));
  }

  private void text(JsonNode delta, String field, String block, String type) {
    String text = Json.text(delta, field);
    if (!text.isEmpty()) {
      calls.rest();
      @Nullable String signature = block.equals("thinking") ? "" : null;
      begin(block, Json.object("type", block, block, "", "signature", signature));
      fill(Json.object("type", type, block, text));
    }
  }

  private void call(String id, String name) {
    stop();
    begin(
        "tool_use",
        Json.object("type", "tool_use", "id", id, "name", name, "input", Json.object()));
  }

  private void arguments(String piece) {
    fill(Json.object("type", "input_json_delta", "partial_json", piece));
  }

  private void begin(String block, ObjectNode content) {
    if (!open.equals(block)) {
      stop();
      open = block;
      index++;
      emit(
          "content_block_start",
          Json.object("type", "content_block_start", "index", index, "content_block", content));
    }
  }

  private void fill(ObjectNode delta) {
    emit(
        "content_block_delta",
        Json.object("type", "content_block_delta", "index", index, "delta", delta));
  }

  private void stop() {
    if (!open.isEmpty()) {
      emit("content_block_stop", Json.object("type", "content_block_stop", "index", index));
      open = "";
    }
  }

  @Override
  void done() {
    calls.rest();
    stop();
    ending.called = calls.any();
    emit(
        "message_delta",
        Json.object(
            "type", "message_delta", "delta", ending.told(), "usage", Messages.usage(usage)));
    emit("message_stop", Json.object("type", "message_stop"));
  }

  @Override
  void broken(JsonNode error) {
    emit("error", Messages.error("api_error", error));
  }
}
