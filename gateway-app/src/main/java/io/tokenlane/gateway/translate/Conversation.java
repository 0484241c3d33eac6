package io.tokenlane.gateway.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A chat's messages as they are put together, each with its place in the client's request. */
final class Conversation {
  private final ArrayNode messages = Json.array();
  private final List<String> places = new ArrayList<>();

  void add(String place, ObjectNode message) {
    messages.add(message);
    places.add(place);
  }

  /** The last message, where it is the assistant's. */
  Optional<ObjectNode> assistants() {
    JsonNode last = messages.path(messages.size() - 1);
    return last instanceof ObjectNode message && Json.text(message, "role").equals("assistant")
        ? Optional.of(message)
        : Optional.empty();
  }

  ArrayNode messages() {
    return messages;
  }

  /** The places of the messages, in their order. */
  List<String> places() {
    return places;
  }
}
