package io.tokenlane.engine.tool;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Tells JSON from text, as models write values without quotes. */
final class JsonText {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private JsonText() {}

  /** Whether a text is one JSON value. */
  static boolean isJson(String text) {
    try {
      return !MAPPER.readTree(text).isMissingNode();
    } catch (JacksonException e) {
      return false;
    }
  }

  /** A text as a JSON string. */
  static String string(String text) {
    return MAPPER.writeValueAsString(text);
  }
}
