package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes of a model's answer in one piece the events that the same call would have had as a stream:
 * a role, the reasoning, the text, the tool calls, the reason of the end, where asked for the
 * usage, and {@code [DONE]}. In small pieces texts are cut at words, or at tokens where their
 * probabilities tell them.
 */
final class StreamWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Pattern WORD = Pattern.compile("\\s*\\S+|\\s+$");
  private static final byte[] BEGIN = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

  /** Members of a message that are no text of their own. */
  private static final Set<String> NOT_TEXT = Set.of("role", "tool_calls");

  private final CallKind kind;
  private final ObjectNode whole;
  private final boolean small;
  private final List<ByteBuffer> events = new ArrayList<>();

  /** Of the choice that is being told; none once they are told. */
  private JsonNode logprobs = JSON.nullNode();

  private StreamWriter(CallKind kind, ObjectNode whole, boolean small) {
    this.kind = kind;
    this.whole = whole;
    this.small = small;
  }

  /** Whether a stored answer is one that can be told as a stream, complete in every choice. */
  static Optional<ObjectNode> readable(CallKind kind, ByteBuffer json) {
    return object(kind, json).filter(body -> complete(kind, body));
  }

  private static boolean complete(CallKind kind, ObjectNode body) {
    JsonNode choices = body.path("choices");
    boolean complete = choices.isArray() && !choices.isEmpty() && !body.has("error");
    for (JsonNode choice : choices) {
      boolean told = kind == CallKind.CHAT ? choice.path("message").isObject() : choice.has("text");
      complete &= told && choice.path("finish_reason").isString();
    }
    return complete;
  }

  /** What was answered, where it is a JSON object, and whole. */
  static Optional<ObjectNode> object(CallKind kind, ByteBuffer json) {
    byte[] bytes = new byte[json.remaining()];
    json.duplicate().get(bytes);
    try {
      return Optional.of(CallParser.parse(kind, bytes).body());
    } catch (CallParser.NotACallException broken) {
      return Optional.empty();
    }
  }

  /** The events, each whole. */
  static List<ByteBuffer> events(CallKind kind, ObjectNode whole, boolean usage, boolean small) {
    StreamWriter writer = new StreamWriter(kind, whole, small);
    for (JsonNode choice : whole.path("choices")) {
      writer.choice(choice);
    }
    if (usage && whole.path("usage").isObject()) {
      ObjectNode last = writer.begun();
      last.putArray("choices");
      writer.send(last.set("usage", whole.get("usage")));
    }
    writer.events.add(ByteBuffer.wrap(DONE));
    return writer.events;
  }

  /**
   * Log probabilities belong together, those of plain completions by their offsets: all of a choice
   * come with its first text, with its first tool call where there is none, else with its end.
   */
  private void choice(JsonNode choice) {
    logprobs = choice.path("logprobs");
    if (kind == CallKind.CHAT) {
      message(choice);
    } else {
      text(choice);
    }
    ObjectNode end = part(choice, kind == CallKind.CHAT ? "delta" : null);
    for (Map.Entry<String, JsonNode> member : choice.properties()) {
      if (!Set.of("index", "message", "text", "logprobs").contains(member.getKey())) {
        ((ObjectNode) end.get("choices").get(0)).set(member.getKey(), member.getValue());
      }
    }
    if (kind != CallKind.CHAT) {
      ((ObjectNode) end.get("choices").get(0)).put("text", "");
    }
    tellLogprobs(end);
    send(end);
  }

  private void text(JsonNode choice) {
    for (String piece : pieces(choice.path("text").asString(""))) {
      ObjectNode event = part(choice, null);
      ((ObjectNode) event.get("choices").get(0)).put("text", piece);
      tellLogprobs(event);
      send(event);
    }
  }

  private void tellLogprobs(ObjectNode event) {
    if (logprobs.isObject()) {
      ((ObjectNode) event.get("choices").get(0)).set("logprobs", logprobs);
      logprobs = JSON.nullNode();
    }
  }

  private void message(JsonNode choice) {
    JsonNode message = choice.path("message");
    ObjectNode role = part(choice, "delta");
    delta(role).put("role", message.path("role").asString("assistant"));
    send(role);
    for (Map.Entry<String, JsonNode> member : message.properties()) {
      boolean content = member.getKey().equals("content");
      if (!NOT_TEXT.contains(member.getKey()) && !content) {
        member(choice, member.getKey(), member.getValue());
      }
    }
    content(choice, message.path("content"));
    int index = 0;
    for (JsonNode call : message.path("tool_calls")) {
      ObjectNode event = part(choice, "delta");
      ObjectNode told = delta(event).putArray("tool_calls").addObject().put("index", index++);
      call.properties().forEach(m -> told.set(m.getKey(), m.getValue()));
      tellLogprobs(event);
      send(event);
    }
  }

  private void member(JsonNode choice, String name, JsonNode value) {
    if (value.isString()) {
      for (String piece : pieces(value.stringValue())) {
        ObjectNode event = part(choice, "delta");
        delta(event).put(name, piece);
        send(event);
      }
    } else if (!value.isNull()) {
      ObjectNode event = part(choice, "delta");
      delta(event).set(name, value);
      send(event);
    }
  }

  private void content(JsonNode choice, JsonNode content) {
    if (!content.isString()) {
      member(choice, "content", content);
      return;
    }
    List<JsonNode> tokens = tokens(logprobs.path("content"), content.stringValue());
    if (small && !tokens.isEmpty()) {
      tokens.forEach(token -> token(choice, token));
      logprobs = JSON.nullNode();
      return;
    }
    for (String piece : pieces(content.stringValue())) {
      ObjectNode event = part(choice, "delta");
      delta(event).put("content", piece);
      tellLogprobs(event);
      send(event);
    }
  }

  private void token(JsonNode choice, JsonNode token) {
    ObjectNode event = part(choice, "delta");
    delta(event).put("content", token.path("token").asString(""));
    ObjectNode to = (ObjectNode) event.get("choices").get(0);
    to.putObject("logprobs").putArray("content").add(token);
    send(event);
  }

  /** The tokens whose texts together are the content; none where they are not. */
  private static List<JsonNode> tokens(JsonNode logprobs, String content) {
    List<JsonNode> tokens = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (JsonNode token : logprobs) {
      tokens.add(token);
      text.append(token.path("token").asString(""));
    }
    return text.toString().equals(content) ? tokens : List.of();
  }

  private List<String> pieces(String text) {
    if (!small) {
      return text.isEmpty() ? List.of() : List.of(text);
    }
    List<String> pieces = new ArrayList<>();
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      pieces.add(word.group());
    }
    return pieces;
  }

  private ObjectNode part(JsonNode choice, @Nullable String empty) {
    ObjectNode event = begun();
    ArrayNode choices = event.putArray("choices");
    ObjectNode one = choices.addObject().put("index", choice.path("index").asInt(0));
    if (empty != null) {
      one.putObject(empty);
    }
    one.putNull("finish_reason");
    return event;
  }

  private static ObjectNode delta(ObjectNode event) {
    return (ObjectNode) event.get("choices").get(0).get("delta");
  }

  private ObjectNode begun() {
    ObjectNode event = JSON.objectNode();
    whole
        .properties()
        .forEach(
            member -> {
              if (!member.getKey().equals("choices") && !member.getKey().equals("usage")) {
                event.set(member.getKey(), member.getValue());
              }
            });
    return event.put("object", kind == CallKind.CHAT ? "chat.completion.chunk" : "text_completion");
  }

  private void send(JsonNode event) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(BEGIN);
    bytes.writeBytes(CallParser.write(event));
    bytes.writeBytes(END);
    events.add(ByteBuffer.wrap(bytes.toByteArray()));
  }
}
