package io.tokenlane.gateway.translate;

import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's response events: items one after the other, each added, filled and done. */
final class ResponsesEvents extends EventWriter {
  private final ObjectNode theirs;
  private final ArrayNode output = Json.array();
  private final ObjectNode chat = Json.object();
  private long sequence;
  private String finish = "stop";
  private Item open = Item.NONE;
  private final CallsInTurn calls = new CallsInTurn(this::call, this::arguments);

  /** What the item that is open has said so far. */
  private static final class Item {
    static final Item NONE = new Item("", "", Json.object());

    final String kind;
    final String id;
    final ObjectNode call;
    final StringBuilder said = new StringBuilder();

    Item(String kind, String id, ObjectNode call) {
      this.kind = kind;
      this.id = id;
      this.call = call;
    }

    ObjectNode whole(String status) {
      return switch (kind) {
        case "reasoning" -> Responses.reasoning(id, said.toString());
        case "message" -> Responses.message(id, said.toString(), status);
        default -> {
          call.put("arguments", said.toString());
          yield Responses.call(id, call, status);
        }
      };
    }
  }

  ResponsesEvents(ObjectNode theirs) {
    this.theirs = theirs;
  }

  @Override
  void chunk(JsonNode chunk) {
    if (chat.isEmpty()) {
      Json.copy((ObjectNode) chunk, chat, "id", "model", "created");
      ObjectNode begun = Responses.begun(theirs, chat);
      send("response.created", Json.object("response", begun));
      send("response.in_progress", Json.object("response", begun));
    }
    Json.copy((ObjectNode) chunk, chat, "usage");
    JsonNode choice = chunk.path("choices").path(0);
    JsonNode delta = choice.path("delta");
    text(delta, "reasoning_content", "reasoning", "response.reasoning_text.delta");
    text(delta, "content", "message", "response.output_text.delta");
    eachToolCall(delta, calls::piece);
    if (choice.path("finish_reason").isString()) {
      finish = choice.path("finish_reason").asString();
    }
  }

  private void text(JsonNode delta, String field, String kind, String event) {
    String text = Json.text(delta, field);
    if (!text.isEmpty()) {
      calls.rest();
      begin(kind, kind, Json.object());
      open.said.append(text);
      send(event, part(Json.object("delta", text)));
    }
  }

  private void call(String id, String name) {
    end("completed");
    begin("function_call", "fc", Json.object("call_id", id, "name", name, "arguments", ""));
  }

  private void arguments(String piece) {
    open.said.append(piece);
    send("response.function_call_arguments.delta", item(Json.object("delta", piece)));
  }

  private void begin(String kind, String prefix, ObjectNode call) {
    if (open.kind.equals(kind)) {
      return;
    }
    end("completed");
    String shortened = prefix.equals("message") ? "msg_" : prefix.equals("fc") ? "fc_" : "rs_";
    open = new Item(kind, Responses.newId(shortened), call);
    send(
        "response.output_item.added",
        Json.object("output_index", output.size(), "item", open.whole("in_progress")));
    if (kind.equals("message")) {
      send("response.content_part.added", part(Json.object("part", Responses.textPart(""))));
    }
  }

  private void end(String status) {
    if (open == Item.NONE) {
      return;
    }
    String said = open.said.toString();
    switch (open.kind) {
      case "reasoning" -> send("response.reasoning_text.done", part(Json.object("text", said)));
      case "message" -> {
        send("response.output_text.done", part(Json.object("text", said)));
        send("response.content_part.done", part(Json.object("part", Responses.textPart(said))));
      }
      default ->
          send(
              "response.function_call_arguments.done",
              item(Json.object("name", open.call.get("name"), "arguments", said)));
    }
    ObjectNode whole = open.whole(status);
    send("response.output_item.done", Json.object("output_index", output.size(), "item", whole));
    output.add(whole);
    open = Item.NONE;
  }

  private ObjectNode part(ObjectNode event) {
    return item(event).put("content_index", 0);
  }

  private ObjectNode item(ObjectNode event) {
    return event.put("item_id", open.id).put("output_index", output.size());
  }

  @Override
  void done() {
    calls.rest();
    String reason = Responses.incomplete(finish);
    end(reason.isEmpty() ? "completed" : "incomplete");
    ObjectNode response = Responses.response(theirs, chat, finish, output);
    String status = Json.text(response, "status").toLowerCase(Locale.ROOT);
    send("response." + status, Json.object("response", response));
  }

  @Override
  void broken(JsonNode error) {
    ObjectNode response = Responses.begun(theirs, chat);
    response.put("status", "failed");
    response.set("output", output);
    response.set("error", Json.object("code", "server_error", "message", Json.message(error)));
    send("response.failed", Json.object("response", response));
  }

  private void send(String type, ObjectNode event) {
    ObjectNode numbered = Json.object("type", type, "sequence_number", sequence);
    numbered.setAll(event);
    sequence++;
    emit(type, numbered);
  }
}
