package io.tokenlane.gateway.stream;

import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes into a streamed call that its usage is wanted ({@code stream_options}). */
final class UsageAsked {
  private static final String OPTIONS = "stream_options";
  private static final String INCLUDE = "include_usage";
  private static final byte[] ASKED =
      "{\"stream_options\":{\"include_usage\":true},".getBytes(StandardCharsets.US_ASCII);

  private UsageAsked() {}

  /** Whether the client asked itself. */
  static boolean by(InferenceCall call) {
    return call.body().path(OPTIONS).path(INCLUDE).asBoolean(false);
  }

  /**
   * The body with the question in it.
   *
   * @param body a JSON object with at least one member, as sent to the node
   */
  static byte[] in(byte[] body, InferenceCall call) {
    if (!call.body().has(OPTIONS)) {
      return spliced(body);
    }
    ObjectNode tree = (ObjectNode) JsonMapper.shared().readTree(body);
    JsonNode options = tree.path(OPTIONS);
    ObjectNode asked = options instanceof ObjectNode o ? o : tree.putObject(OPTIONS);
    asked.put(INCLUDE, true);
    return CallParser.write(tree);
  }

  /** Before the first member: cheaper than to write the whole body again. */
  private static byte[] spliced(byte[] body) {
    int brace = 0;
    while (body[brace] != '{') {
      brace++;
    }
    int rest = body.length - brace - 1;
    byte[] asked = new byte[ASKED.length + rest];
    System.arraycopy(ASKED, 0, asked, 0, ASKED.length);
    System.arraycopy(body, brace + 1, asked, ASKED.length, rest);
    return asked;
  }
}
