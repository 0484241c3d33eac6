package io.tokenlane.gateway.translate;

import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Puts the chunks of one streamed chat completion into another interface's events. */
abstract class EventWriter {
  private static final String DONE = "[DONE]";

  private final StringBuilder out = new StringBuilder();
  private boolean over;

  /** Takes over the data of one event. What follows the end, or an error, is not the stream's. */
  final void take(String data) {
    if (over) {
      return;
    }
    if (data.equals(DONE)) {
      over = true;
      done();
      return;
    }
    Json.parse(data).filter(JsonNode::isObject).ifPresent(this::take);
  }

  private void take(JsonNode chunk) {
    if (Json.tellsError(chunk)) {
      over = true;
      broken(chunk.path("error"));
    } else {
      chunk(chunk);
    }
  }

  /** Takes over one chunk. */
  abstract void chunk(JsonNode chunk);

  /** The stream has ended as it should. */
  abstract void done();

  /** The stream broke off; {@code error} is OpenAI's error object, or a text. */
  abstract void broken(JsonNode error);

  final void emit(String type, ObjectNode event) {
    out.append("event: ").append(type).append("\ndata: ").append(Json.write(event)).append("\n\n");
  }

  /** The events since the last call. */
  final String drain() {
    String events = out.toString();
    out.setLength(0);
    return events;
  }

  /** Each piece of one tool call in a chunk's delta, with its index. */
  static void eachToolCall(JsonNode delta, BiConsumer<Integer, JsonNode> use) {
    int position = 0;
    for (JsonNode call : delta.path("tool_calls").values()) {
      use.accept(call.path("index").asInt(position), call);
      position++;
    }
  }
}
