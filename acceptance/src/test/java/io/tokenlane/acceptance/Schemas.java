package io.tokenlane.acceptance;

import com.openai.core.JsonValue;
import java.util.Map;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import tools.jackson.core.type.TypeReference;

/** JSON as OpenAI's client wants it. */
final class Schemas {
  static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  private Schemas() {}

  static Collector<Map.Entry<String, Object>, ?, Map<String, JsonValue>> values() {
    return Collectors.toMap(Map.Entry::getKey, entry -> JsonValue.from(entry.getValue()));
  }
}
