package io.tokenlane.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What the reference implementation says to the demo model's test questions. */
public final class Golden {
  private static final String END = "<|im_end|>";

  /** The cases of golden.json. */
  public static final List<Case> CASES = read();

  private Golden() {}

  /** Messages with one question. */
  public static String ask(String question) {
    return "[{\"role\": \"user\", \"content\": \"" + question + "\"}]";
  }

  /** The model's own text of a message whose reasoning was split off. */
  public static String rejoined(JsonNode message) {
    return rejoined(
        message.path("reasoning_content").asString(""), message.path("content").asString(""));
  }

  /** The model's own text of an answer whose reasoning was not closed, or that had none. */
  public static String rejoined(String reasoning, String content) {
    return (reasoning.isEmpty() ? "" : "<think>" + reasoning) + content;
  }

  private static List<Case> read() {
    try (InputStream in = Golden.class.getResourceAsStream("/golden.json")) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return NodeClient.parse(json).valueStream().map(Case::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A question and its answer.
   *
   * @param messages as in a request
   * @param text the rendered prompt
   * @param ids of the prompt
   * @param greedyIds of up to 64 tokens of the answer, the end token included
   * @param greedyText their text
   */
  public record Case(
      String messages, String text, List<Integer> ids, List<Integer> greedyIds, String greedyText) {
    static Case of(JsonNode json) {
      return new Case(
          json.get("messages").toString(),
          json.get("text").stringValue(),
          ints(json.get("ids")),
          ints(json.get("greedy_ids")),
          json.get("greedy_text").stringValue());
    }

    /** Whether the answer came to its end within 64 tokens. */
    public boolean ended() {
      return greedyText.endsWith(END);
    }

    /** The answer without the end token. */
    public String answer() {
      return ended() ? greedyText.substring(0, greedyText.length() - END.length()) : greedyText;
    }

    private static List<Integer> ints(JsonNode array) {
      return array.valueStream().map(JsonNode::intValue).toList();
    }
  }
}
