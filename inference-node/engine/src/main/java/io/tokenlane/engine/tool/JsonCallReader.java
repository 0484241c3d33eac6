package io.tokenlane.engine.tool;

import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A call as a JSON object with name and arguments, in any order. */
final class JsonCallReader extends CallReader {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Set<String> KNOWN_KEYS =
      Set.of(
          "name", "tool_name", "arguments", "parameters", "type", "id", "function", "tool_call_id");

  private final ToolFormat.JsonBody body;
  private final boolean onlyKnownKeys;
  private final StringBuilder token = new StringBuilder();
  private At at = At.OPEN;
  private String key = "";
  private JsonValue value = new JsonValue();
  private boolean streamed;
  private boolean hasArguments;

  /**
   * @param onlyKnownKeys whether an object with another key is no call
   */
  JsonCallReader(int index, ToolFormat.JsonBody body, boolean onlyKnownKeys) {
    super(index);
    this.body = body;
    this.onlyKnownKeys = onlyKnownKeys;
  }

  private enum At {
    OPEN,
    KEY,
    KEY_TEXT,
    COLON,
    VALUE_START,
    VALUE
  }

  @Override
  Status accept(char c) {
    if (isSpace(c) && at != At.KEY_TEXT && at != At.VALUE) {
      return Status.MORE;
    }
    return switch (at) {
      case OPEN -> c == '{' ? go(At.KEY) : Status.FAILED;
      case KEY -> key(c);
      case KEY_TEXT -> keyText(c);
      case COLON -> c == ':' ? go(At.VALUE_START) : Status.FAILED;
      case VALUE_START -> {
        begin(c);
        yield value(c);
      }
      case VALUE -> value(c);
    };
  }

  private Status go(At next) {
    at = next;
    return Status.MORE;
  }

  private Status key(char c) {
    if (c == '"') {
      token.setLength(0);
      token.append(c);
      value = new JsonValue();
      value.accept(c);
      return go(At.KEY_TEXT);
    }
    if (c == '}') {
      return end();
    }
    return c == ',' ? Status.MORE : Status.FAILED;
  }

  private Status keyText(char c) {
    token.append(c);
    if (value.accept(c) == JsonValue.Place.LAST) {
      key = text(token.toString());
      boolean foreign = onlyKnownKeys && !started() && !KNOWN_KEYS.contains(key);
      return foreign ? Status.FAILED : go(At.COLON);
    }
    return Status.MORE;
  }

  private void begin(char c) {
    at = At.VALUE;
    value = new JsonValue();
    token.setLength(0);
    // Arguments in a string, as some models write them, are only known at its end.
    streamed = key.equals(body.argumentsKey()) && c == '{';
  }

  private Status value(char c) {
    JsonValue.Place place = value.accept(c);
    if (place == JsonValue.Place.BEHIND) {
      finishValue();
      at = At.KEY;
      return isSpace(c) ? Status.MORE : key(c);
    }
    if (streamed) {
      argument(c);
    } else {
      token.append(c);
    }
    if (place == JsonValue.Place.LAST) {
      finishValue();
      at = At.KEY;
    }
    return Status.MORE;
  }

  private void finishValue() {
    if (key.equals(body.nameKey()) && !started()) {
      start(text(token.toString()));
    } else if (key.equals(body.argumentsKey())) {
      hasArguments = true;
      if (!streamed) {
        String json = token.toString();
        argument(json.startsWith("\"") ? text(json) : json.equals("null") ? "{}" : json);
      }
    }
    streamed = false;
  }

  private Status end() {
    if (!started()) {
      return Status.FAILED;
    }
    if (!hasArguments) {
      argument("{}");
    }
    return Status.DONE;
  }

  /** The text of a JSON string; what is none, as it is. */
  private static String text(String json) {
    try {
      return MAPPER.readTree(json).asString(json);
    } catch (JacksonException e) {
      return json;
    }
  }
}
