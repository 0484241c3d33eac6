package io.tokenlane.node.openai;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** JSON as maps, lists, strings, numbers and booleans. Nulls in objects and arrays are left out. */
final class PlainValues {
  private PlainValues() {}

  static Map<String, Object> map(JsonNode object) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      Object value = value(property.getValue());
      if (value != null) {
        map.put(property.getKey(), value);
      }
    }
    return map;
  }

  static List<Object> list(JsonNode array) {
    return array
        .valueStream()
        .<Object>mapMulti(
            (element, out) -> {
              Object value = value(element);
              if (value != null) {
                out.accept(value);
              }
            })
        .toList();
  }

  private static @Nullable Object value(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> map(node);
      case ARRAY -> list(node);
      case STRING -> node.stringValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
      default -> null;
    };
  }
}
