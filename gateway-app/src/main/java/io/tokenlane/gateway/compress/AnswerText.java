package io.tokenlane.gateway.compress;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A text of an answer, or the part of one that an event brings, where it stands.
 *
 * @param choice the number of the choice it belongs to
 * @param place which of the choice's texts it is
 * @param quoted whether it is JSON in a string, as arguments of tools are
 */
record AnswerText(int choice, String place, ObjectNode holder, String member, boolean quoted) {
  /** The texts of an answer or an event, in order; empty ones are none. */
  static List<AnswerText> of(ObjectNode answer) {
    List<AnswerText> texts = new ArrayList<>();
    for (JsonNode choice : answer.path("choices").values()) {
      int number = choice.path("index").asInt(0);
      add(texts, new Spot(number, "", false), choice, "text");
      for (String message : List.of("message", "delta")) {
        ofMessage(texts, number, choice.path(message));
      }
    }
    return texts;
  }

  /** Null where it is no JSON object. */
  static @Nullable ObjectNode answer(byte[] json) {
    try {
      return JsonMapper.shared().readTree(json) instanceof ObjectNode object ? object : null;
    } catch (JacksonException notJson) {
      return null;
    }
  }

  private record Spot(int choice, String prefix, boolean quoted) {}

  private static void ofMessage(List<AnswerText> texts, int choice, JsonNode message) {
    Spot spot = new Spot(choice, "", false);
    add(texts, spot, message, "content");
    add(texts, spot, message, "reasoning_content");
    for (JsonNode call : message.path("tool_calls").values()) {
      Spot tool = new Spot(choice, call.path("index").asInt(0) + " ", true);
      add(texts, tool, call.path("function"), "arguments");
    }
  }

  private static void add(List<AnswerText> texts, Spot spot, JsonNode holder, String member) {
    if (holder instanceof ObjectNode object
        && object.path(member).isString()
        && !object.path(member).stringValue().isEmpty()) {
      texts.add(
          new AnswerText(spot.choice(), spot.prefix() + member, object, member, spot.quoted()));
    }
  }

  String text() {
    return holder.path(member).stringValue();
  }

  /** Writes out the names in it, where there are any. */
  boolean isRestored(NamedText named) {
    String came = text();
    String goes = named.writtenOut(came);
    if (goes.equals(came)) {
      return false;
    }
    holder.put(member, goes);
    return true;
  }
}
