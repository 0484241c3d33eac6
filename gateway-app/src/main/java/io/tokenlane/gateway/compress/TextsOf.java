package io.tokenlane.gateway.compress;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The texts of a chat's messages, in the order in which they are compressed. */
final class TextsOf {
  private TextsOf() {}

  static List<String> messages(ObjectNode body) {
    List<String> texts = new ArrayList<>();
    for (JsonNode message : body.path("messages").values()) {
      collect(message.path("content"), texts);
    }
    return texts;
  }

  private static void collect(JsonNode content, List<String> texts) {
    if (content.isString()) {
      texts.add(content.stringValue());
    } else if (content instanceof ArrayNode parts) {
      for (JsonNode part : parts.values()) {
        collect(part.path("text"), texts);
      }
    }
  }
}
