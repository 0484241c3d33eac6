package io.tokenlane.engine.tool;

import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tells JSON from text, as models write values without quotes. */
final class JsonText {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private JsonText() {}

  /** Whether a text is one JSON value. */
  static boolean isJson(String text) {
    return !types(text).isEmpty();
  }

  /** The types that the text has as a JSON value, by JSON schema; none if it is no JSON value. */
  static Set<String> types(String text) {
    try {
      JsonNode value = MAPPER.readTree(text);
      return switch (value.getNodeType()) {
        case OBJECT -> Set.of("object");
        case ARRAY -> Set.of("array");
        case STRING -> Set.of("string");
        case BOOLEAN -> Set.of("boolean");
        case NULL -> Set.of("null");
        case NUMBER -> value.isIntegralNumber() ? Set.of("integer", "number") : Set.of("number");
        default -> Set.of();
      };
    } catch (JacksonException e) {
      return Set.of();
    }
  }

  /** A text as a JSON string. */
  static String string(String text) {
    return MAPPER.writeValueAsString(text);
  }
}
