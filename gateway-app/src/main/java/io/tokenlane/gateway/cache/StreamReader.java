package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.Usage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes of a model's stream of events the answer in one piece that the same call would have had.
 * Texts of a delta are joined, tool calls by their index, lists of log probabilities are joined, of
 * anything else the last value counts.
 */
final class StreamReader {
  private static final String DONE = "[DONE]";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final CallKind kind;
  private final ObjectNode whole = JSON.objectNode();
  private final Map<Integer, Choice> choices = new TreeMap<>();
  private @Nullable JsonNode usage;
  private boolean done;

  private StreamReader(CallKind kind) {
    this.kind = kind;
  }

  /** One of the call's answers. */
  private static final class Choice {
    private final ObjectNode message = JSON.objectNode();
    private final ObjectNode rest = JSON.objectNode();
    private final Map<Integer, ObjectNode> tools = new TreeMap<>();
  }

  /**
   * The whole answer; empty where the stream did not come to its end in every choice, told of an
   * error, or is none that this class understands.
   *
   * @param known the tokens as the gateway knows them, for a stream that does not tell
   */
  static Optional<ObjectNode> whole(CallKind kind, ByteBuffer events, Optional<Usage> known) {
    StreamReader reader = new StreamReader(kind);
    String text = StandardCharsets.UTF_8.decode(events.duplicate()).toString();
    for (String line : text.split("\r\n|[\r\n]")) {
      if (line.startsWith("data:") && !reader.data(line.substring(5).strip())) {
        return Optional.empty();
      }
    }
    return reader.finished() ? Optional.of(reader.written(known)) : Optional.empty();
  }

  private boolean data(String data) {
    if (data.equals(DONE)) {
      done = true;
      return true;
    }
    try {
      return !done && event(CallParser.parse(kind, data.getBytes(StandardCharsets.UTF_8)).body());
    } catch (CallParser.NotACallException broken) {
      return false;
    }
  }

  private boolean event(ObjectNode event) {
    if (event.has("error") || !event.path("choices").isArray()) {
      return false;
    }
    event.properties().stream()
        .filter(member -> !member.getKey().equals("choices") && !member.getValue().isNull())
        .forEach(member -> whole.set(member.getKey(), member.getValue()));
    if (event.path("usage").isObject()) {
      usage = event.get("usage");
    }
    for (JsonNode choice : event.get("choices")) {
      if (!choice.isObject()) {
        return false;
      }
      add(choices.computeIfAbsent(choice.path("index").asInt(0), i -> new Choice()), choice);
    }
    return true;
  }

  private static void add(Choice choice, JsonNode part) {
    for (Map.Entry<String, JsonNode> member : part.properties()) {
      switch (member.getKey()) {
        case "delta" -> addDelta(choice, member.getValue());
        case "text" -> join(choice.rest, "text", member.getValue());
        case "logprobs" -> addLogprobs(choice.rest, member.getValue());
        case "index" -> {}
        default -> last(choice.rest, member.getKey(), member.getValue());
      }
    }
  }

  private static void addDelta(Choice choice, JsonNode delta) {
    for (Map.Entry<String, JsonNode> member : delta.properties()) {
      String name = member.getKey();
      if (name.equals("tool_calls")) {
        member.getValue().forEach(call -> addTool(choice, call));
      } else if (member.getValue().isString() && !name.equals("role")) {
        join(choice.message, name, member.getValue());
      } else {
        last(choice.message, name, member.getValue());
      }
    }
  }

  private static void addTool(Choice choice, JsonNode call) {
    ObjectNode tool =
        choice.tools.computeIfAbsent(call.path("index").asInt(0), i -> JSON.objectNode());
    for (Map.Entry<String, JsonNode> member : call.properties()) {
      if (member.getValue() instanceof ObjectNode part) {
        ObjectNode function =
            tool.path(member.getKey()) instanceof ObjectNode known
                ? known
                : tool.putObject(member.getKey());
        part.properties().forEach(p -> join(function, p.getKey(), p.getValue()));
      } else if (!member.getKey().equals("index")) {
        last(tool, member.getKey(), member.getValue());
      }
    }
  }

  private static void addLogprobs(ObjectNode to, JsonNode part) {
    if (!(part instanceof ObjectNode logprobs)) {
      return;
    }
    ObjectNode all =
        to.path("logprobs") instanceof ObjectNode known ? known : to.putObject("logprobs");
    for (Map.Entry<String, JsonNode> member : logprobs.properties()) {
      if (member.getValue() instanceof ArrayNode more) {
        ArrayNode list =
            all.path(member.getKey()) instanceof ArrayNode known
                ? known
                : all.putArray(member.getKey());
        list.addAll(more);
      } else {
        last(all, member.getKey(), member.getValue());
      }
    }
  }

  private static void join(ObjectNode to, String name, JsonNode part) {
    if (part.isString()) {
      to.put(name, to.path(name).asString("") + part.stringValue());
    } else {
      last(to, name, part);
    }
  }

  private static void last(ObjectNode to, String name, JsonNode value) {
    if (!value.isNull() || !to.has(name)) {
      to.set(name, value);
    }
  }

  private boolean finished() {
    return done
        && !choices.isEmpty()
        && choices.values().stream().allMatch(c -> c.rest.path("finish_reason").isString());
  }

  private ObjectNode written(Optional<Usage> known) {
    whole.put("object", kind == CallKind.CHAT ? "chat.completion" : "text_completion");
    whole.remove("usage");
    ArrayNode list = whole.putArray("choices");
    choices.forEach(
        (index, choice) -> {
          ObjectNode one = list.addObject().put("index", index);
          if (kind == CallKind.CHAT) {
            one.set("message", message(choice));
          }
          one.setAll(choice.rest);
        });
    if (usage != null) {
      whole.set("usage", usage);
    } else {
      known.filter(Usage::exact).ifPresent(this::write);
    }
    return whole;
  }

  private static ObjectNode message(Choice choice) {
    ObjectNode message = JSON.objectNode().put("role", "assistant");
    message.putNull("content");
    message.setAll(choice.message);
    if (!choice.tools.isEmpty()) {
      ArrayNode tools = message.putArray("tool_calls");
      choice.tools.values().forEach(tools::add);
      if (message.path("content").asString("").isEmpty()) {
        message.putNull("content");
      }
    }
    return message;
  }

  private void write(Usage tokens) {
    ObjectNode told = whole.putObject("usage");
    told.put("prompt_tokens", tokens.input());
    told.put("completion_tokens", tokens.output());
    told.put("total_tokens", tokens.input() + tokens.output());
    told.putObject("prompt_tokens_details").put("cached_tokens", tokens.cached());
  }
}
