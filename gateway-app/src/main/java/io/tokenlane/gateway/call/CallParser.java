package io.tokenlane.gateway.call;

import java.nio.ByteBuffer;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Parses bodies of model calls. Numbers keep every digit. Thread-safe. */
public final class CallParser {
  /** Deeper than any tool's schema, shallow enough for a thread's stack. */
  private static final int MAX_DEPTH = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectReader LENIENT = MAPPER.readerFor(JsonNode.class);
  private static final ObjectReader STRICT =
      LENIENT.with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

  private CallParser() {}

  /**
   * Parses one body.
   *
   * @throws NotACallException if the bytes are no JSON object
   */
  public static InferenceCall parse(CallKind kind, byte[] body) {
    try {
      return new InferenceCall(kind, ByteBuffer.wrap(body), tree(STRICT, body), false);
    } catch (StreamConstraintsException tooMuch) {
      throw new NotACallException(tooMuch(tooMuch));
    } catch (JacksonException strict) {
      return parseLeniently(kind, body);
    }
  }

  private static InferenceCall parseLeniently(CallKind kind, byte[] body) {
    try {
      return new InferenceCall(kind, ByteBuffer.wrap(body), tree(LENIENT, body), true);
    } catch (StreamConstraintsException tooMuch) {
      throw new NotACallException(tooMuch(tooMuch));
    } catch (JacksonException broken) {
      throw new NotACallException(
          "body: not JSON, " + where(broken) + " (expected: a JSON object)");
    }
  }

  private static ObjectNode tree(ObjectReader reader, byte[] body) {
    JsonNode node = reader.readTree(body);
    if (node instanceof ObjectNode object) {
      return object;
    }
    String kind = node == null || node.isMissingNode() ? "empty" : node.getNodeType().name();
    throw new NotACallException(
        "body: " + kind.toLowerCase(Locale.ROOT) + " (expected: a JSON object)");
  }

  private static String tooMuch(StreamConstraintsException tooMuch) {
    boolean depth = String.valueOf(tooMuch.getOriginalMessage()).contains("nesting depth");
    return depth
        ? "body: nested too deep (expected: at most " + MAX_DEPTH + " levels)"
        : "body: " + tooMuch.getOriginalMessage() + " (expected: less)";
  }

  private static String where(JacksonException broken) {
    var location = broken.getLocation();
    return location == null
        ? "at an unknown place"
        : "line " + location.getLineNr() + " column " + location.getColumnNr();
  }

  /** The bytes of a tree. */
  public static byte[] write(JsonNode tree) {
    return MAPPER.writeValueAsBytes(tree);
  }

  /** A body that is no model call; its message is for the client. */
  public static final class NotACallException extends RuntimeException {
    NotACallException(String message) {
      super(message);
    }
  }
}
