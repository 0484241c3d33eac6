package io.tokenlane.node.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Server-sent events as OpenAI's API uses them: unnamed, one JSON value each (HTML, 9.2.5). */
final class ServerSentEvents {
  private static final byte[] FIELD = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

  private ServerSentEvents() {}

  /** The values as events; JSON has no line breaks of its own. */
  static byte[] events(JsonMapper mapper, List<Object> values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    for (Object value : values) {
      bytes.writeBytes(FIELD);
      bytes.writeBytes(mapper.writeValueAsBytes(value));
      bytes.writeBytes(END);
    }
    return bytes.toByteArray();
  }

  /** The event that ends a complete stream. */
  static byte[] done() {
    return DONE.clone();
  }
}
