package io.tokenlane.gateway.translate;

import io.tokenlane.gateway.error.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A value that the client gave, with its place for refusals. What is malformed is refused: text
 * that silently became none would be answered as if it had been read.
 *
 * @param where as {@code input[0].content}; empty for the whole request
 */
record Given(String where, JsonNode value) {
  /** What may be shown: words of interfaces look so, and prompts seldom. */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_]{1,40}");

  static Given request(ObjectNode request) {
    return new Given("", request);
  }

  /** A member, which may be absent. */
  Given member(String name) {
    return new Given(where.isEmpty() ? name : where + "." + name, value.path(name));
  }

  /** Whether it is missing or null, which mean the same. */
  boolean absent() {
    return value.isMissingNode() || value.isNull();
  }

  /** Whether there is one: an object, as anything else is refused. */
  boolean hasObject() {
    if (!absent() && !value.isObject()) {
      throw refused("an object");
    }
    return value.isObject();
  }

  /** Itself, refused unless it is an object. */
  ObjectNode object() {
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw refused("an object");
  }

  /** Its text; anything else is refused. */
  String text() {
    if (value.isString()) {
      return value.asString();
    }
    throw refused("a text");
  }

  /** Its text; empty where it is absent, anything else is refused. */
  String textOrNone() {
    return absent() ? "" : text();
  }

  /**
   * The elements of a list; none where it is absent.
   *
   * @param expected what it is to be, for the refusal of anything else
   */
  List<Given> elements(String expected) {
    if (!absent() && !value.isArray()) {
      throw refused(expected);
    }
    List<Given> elements = new ArrayList<>();
    for (JsonNode element : value.values()) {
      elements.add(new Given(where + "[" + elements.size() + "]", element));
    }
    return elements;
  }

  /**
   * The refusal of what has no counterpart or is malformed. It names what it is; a text of the
   * prompt is never repeated.
   */
  ApiException refused(String expected) {
    String shown = value.isMissingNode() ? "missing" : abbreviated();
    String message = where + ": " + shown + " (expected: " + expected + ")";
    return new ApiException(HttpStatus.BAD_REQUEST, "invalid_value", message).withParam(where);
  }

  /** Whether it may be shown. */
  static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  private String abbreviated() {
    return (value.isString() && isWord(value.asString())) || value.isNumber() || value.isBoolean()
        ? value.asString()
        : value.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
