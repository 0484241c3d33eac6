package io.tokenlane.gateway.translate;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's response events: items one after the other, each added, filled and done. */
final class ResponsesEvents extends EventWriter {
  private final ObjectNode theirs;
  private final ArrayNode output = Json.array();
  private final ObjectNode chat = Json.object();
  private long sequence;
  private String finish = "";
  private Item open = Item.NONE;
  private final CallsInTurn calls = new CallsInTurn(this::call, this::arguments);

  /** What the item that is open has said so far; its kind is the chat's field that it came from. */
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

    /** As it is added: it has said nothing. */
    ObjectNode begun() {
      ObjectNode item = isMessage() ? Responses.message(id, Json.array()) : whole();
      return item.put("status", "in_progress");
    }

    boolean isMessage() {
      return kind.equals("content") || kind.equals("refusal");
    }

    ObjectNode part() {
      return Responses.part(kind, said.toString());
    }

    ObjectNode whole() {
      return switch (kind) {
        case "reasoning_content" -> Responses.reasoning(id, said.toString());
        case "content", "refusal" -> Responses.message(id, Json.array(part()));
        default -> Responses.call(id, call.put("arguments", said.toString()));
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
    text(delta, "reasoning_content", "rs_");
    text(delta, "content", "msg_");
    text(delta, "refusal", "msg_");
    eachToolCall(delta, calls::piece);
    if (choice.path("finish_reason").isString()) {
      finish = choice.path("finish_reason").asString();
    }
  }

  private void text(JsonNode delta, String field, String prefix) {
    String text = Json.text(delta, field);
    if (!text.isEmpty()) {
      calls.rest();
      if (!open.kind.equals(field)) {
        begin(new Item(field, Responses.newId(prefix), Json.object()));
      }
      open.said.append(text);
      send("response." + spoken() + ".delta", said("delta", text));
    }
  }

  /** What the events of the open item's text are called. */
  private String spoken() {
    return switch (open.kind) {
      case "reasoning_content" -> "reasoning_text";
      case "content" -> "output_text";
      default -> "refusal";
    };
  }

  private ObjectNode said(String member, String text) {
    @Nullable ArrayNode scores = open.kind.equals("content") ? Json.array() : null;
    return part(Json.object(member, text, "logprobs", scores));
  }

  private void call(String id, String name) {
    ObjectNode call = Json.object("call_id", id, "name", name, "arguments", "");
    begin(new Item("tool_calls", Responses.newId("fc_"), call));
  }

  private void arguments(String piece) {
    open.said.append(piece);
    send("response.function_call_arguments.delta", item(Json.object("delta", piece)));
  }

  private void begin(Item item) {
    end(false);
    open = item;
    send(
        "response.output_item.added",
        Json.object("output_index", output.size(), "item", open.begun()));
    if (open.isMessage()) {
      send("response.content_part.added", part(Json.object("part", open.part())));
    }
  }

  private void end(boolean last) {
    if (open == Item.NONE) {
      return;
    }
    String said = open.said.toString();
    if (open.kind.equals("tool_calls")) {
      ObjectNode call = Json.object("name", open.call.get("name"), "arguments", said);
      send("response.function_call_arguments.done", item(call));
    } else {
      String member = open.kind.equals("refusal") ? "refusal" : "text";
      send("response." + spoken() + ".done", said(member, said));
    }
    if (open.isMessage()) {
      send("response.content_part.done", part(Json.object("part", open.part())));
    }
    ObjectNode whole = open.whole();
    whole.put("status", Responses.status(whole, finish, last));
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
    end(true);
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
