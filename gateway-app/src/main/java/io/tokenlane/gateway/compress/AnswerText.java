package io.tokenlane.gateway.compress;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A text of an answer, or the part of one that an event brings, where it stands: of OpenAI's chats
 * and completions, with the members that other servers add for reasoning.
 *
 * @param choice the number of the choice it belongs to
 * @param place which of the choice's texts it is
 * @param quoted whether it is JSON in a string, as arguments of tools are, and contents that were
 *     asked for as JSON
 */
record AnswerText(int choice, String place, ObjectNode holder, String member, boolean quoted) {
  /**
   * The texts of an answer or an event, in order; empty ones are none.
   *
   * @param json whether contents were asked for as JSON
   */
  static List<AnswerText> of(ObjectNode answer, boolean json) {
    List<AnswerText> texts = new ArrayList<>();
    for (JsonNode choice : answer.path("choices").values()) {
      int number = choice.path("index").asInt(0);
      add(texts, new Spot(number, "", false), choice, "text");
      for (String message : List.of("message", "delta")) {
        ofMessage(texts, new Spot(number, "", json), choice.path(message));
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

  private record Spot(int choice, String prefix, boolean quoted) {
    Spot in(String member, boolean itsQuoted) {
      return new Spot(choice, member + " ", itsQuoted);
    }
  }

  private static void ofMessage(List<AnswerText> texts, Spot content, JsonNode message) {
    add(texts, content, message, "content");
    for (String plain : List.of("reasoning_content", "reasoning", "refusal")) {
      add(texts, content.in("", false), message, plain);
    }
    add(texts, content.in("function_call", true), message.path("function_call"), "arguments");
    int place = 0;
    for (JsonNode call : message.path("tool_calls").values()) {
      int number = call.path("index").asInt(place++);
      add(texts, content.in("tool " + number, true), call.path("function"), "arguments");
      add(texts, content.in("tool " + number, false), call.path("custom"), "input");
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
