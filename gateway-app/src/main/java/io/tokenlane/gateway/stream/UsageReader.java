package io.tokenlane.gateway.stream;

import io.tokenlane.gateway.call.Usage;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Reads the usage that a node tells, in OpenAI's or Anthropic's words. */
final class UsageReader {
  private static final String KEY = "\"usage\"";

  /** Reads one value and leaves what follows it alone. */
  private static final ObjectReader READER =
      JsonMapper.shared()
          .readerFor(JsonNode.class)
          .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private UsageReader() {}

  /** Whether the word is there at all; most events, of one character a byte, are passed over so. */
  static boolean mentioned(String text) {
    return text.contains(KEY);
  }

  /** The JSON of an event's data; empty where it is none. */
  static Optional<JsonNode> data(String event) {
    StringBuilder data = new StringBuilder();
    event
        .lines()
        .filter(line -> line.startsWith("data:"))
        .forEach(line -> data.append(line, "data:".length(), line.length()).append('\n'));
    return json(data.toString());
  }

  /** The usage in the last part of a JSON body; empty where it is not there. */
  static Optional<Usage> inTail(String tail) {
    int key = tail.lastIndexOf(KEY);
    int colon = key < 0 ? -1 : tail.indexOf(':', key);
    return colon < 0 ? Optional.empty() : json(tail.substring(colon + 1)).flatMap(UsageReader::of);
  }

  private static Optional<JsonNode> json(String text) {
    try {
      return Optional.ofNullable(READER.<JsonNode>readValue(text)).filter(JsonNode::isObject);
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  /** The usage of an event: of a chunk, a response that ended, or a message. */
  static Optional<Usage> inEvent(JsonNode event) {
    return of(event.path("usage"))
        .or(() -> of(event.path("response").path("usage")))
        .or(() -> of(event.path("message").path("usage")));
  }

  private static Optional<Usage> of(JsonNode usage) {
    JsonNode input = either(usage, "prompt_tokens", "input_tokens");
    JsonNode output = either(usage, "completion_tokens", "output_tokens");
    if (!input.isNumber() && !output.isNumber()) {
      return Optional.empty();
    }
    JsonNode details = either(usage, "prompt_tokens_details", "input_tokens_details");
    JsonNode cached = details.path("cached_tokens");
    JsonNode read = cached.isNumber() ? cached : usage.path("cache_read_input_tokens");
    return Optional.of(
        new Usage(input.asInt(0), read.asInt(0), output.asInt(0), true, read.isNumber()));
  }

  private static JsonNode either(JsonNode node, String one, String other) {
    JsonNode first = node.path(one);
    return first.isMissingNode() ? node.path(other) : first;
  }
}
