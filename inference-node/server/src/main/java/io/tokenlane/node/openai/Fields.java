package io.tokenlane.node.openai;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object of the body, read field by field. A field that is absent or null takes its default;
 * one of the wrong type or out of range is refused with its path.
 */
final class Fields {
  private final String prefix;
  private final JsonNode object;

  private Fields(String prefix, JsonNode object) {
    this.prefix = prefix;
    this.object = object;
  }

  /** The body's fields. */
  static Fields of(JsonNode body) {
    if (!body.isObject()) {
      throw ApiException.badRequest(
          "body: not a JSON object (expected: an object)", "invalid_body");
    }
    return new Fields("", body);
  }

  /**
   * The fields of a value inside the body.
   *
   * @param path where it stands
   */
  static Fields of(String path, JsonNode value) {
    if (!value.isObject()) {
      throw ApiException.field(path, value, "an object");
    }
    return new Fields(path + ".", value);
  }

  /** The names of all fields, null ones too. */
  Collection<String> names() {
    return object.propertyNames();
  }

  /** Where a field stands in the body. */
  String path(String name) {
    return prefix + name;
  }

  /** The value; null if it is absent or null. */
  @Nullable JsonNode value(String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** The value, refused if it is absent or null. */
  JsonNode required(String name, String expected) {
    JsonNode value = value(name);
    if (value == null) {
      throw ApiException.field(path(name), "missing", expected);
    }
    return value;
  }

  /** A text, refused if it is absent or null. */
  String requiredText(String name) {
    return text(name).orElseThrow(() -> ApiException.field(path(name), "missing", "a string"));
  }

  Optional<String> text(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw ApiException.field(path(name), value, "a string");
    }
    return Optional.of(value.stringValue());
  }

  /** A text that is one of a few. */
  void choice(String name, List<String> choices) {
    JsonNode value = value(name);
    if (value != null && !(value.isString() && choices.contains(value.stringValue()))) {
      throw ApiException.field(path(name), value, String.join(", ", choices));
    }
  }

  boolean flag(String name, boolean otherwise) {
    JsonNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw ApiException.field(path(name), value, "true or false");
    }
    return value.booleanValue();
  }

  OptionalInt integer(String name, int least, int most) {
    JsonNode value = value(name);
    if (value == null) {
      return OptionalInt.empty();
    }
    String expected = "a whole number, " + least + " to " + most;
    return OptionalInt.of(integer(path(name), value, least, most, expected));
  }

  OptionalLong wholeNumber(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw ApiException.field(path(name), value, "a whole number of 64 bits");
    }
    return OptionalLong.of(value.longValue());
  }

  float number(String name, float otherwise, String expected) {
    JsonNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    double number = value.isNumber() ? value.doubleValue(Double.NaN) : Double.NaN;
    if (!Double.isFinite(number)) {
      throw ApiException.field(path(name), value, expected);
    }
    return (float) number;
  }

  Optional<Fields> object(String name) {
    return Optional.ofNullable(value(name)).map(value -> of(path(name), value));
  }

  /** A string, or an array of strings; empty if absent. */
  List<String> texts(String name, int most) {
    JsonNode value = value(name);
    if (value == null) {
      return List.of();
    }
    String expected = "a non-empty string, or an array of up to " + most;
    List<JsonNode> values = value.isArray() ? value.valueStream().toList() : List.of(value);
    if (values.size() > most) {
      throw ApiException.field(path(name), values.size() + " strings", expected);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode text : values) {
      if (!text.isString() || text.stringValue().isEmpty()) {
        throw ApiException.field(path(name), value, expected);
      }
      texts.add(text.stringValue());
    }
    return texts;
  }

  static int integer(String path, JsonNode value, int least, int most, String expected) {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < least
        || value.intValue() > most) {
      throw ApiException.field(path, value, expected);
    }
    return value.intValue();
  }
}
